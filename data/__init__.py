"""SQLite, time and money: everything Vedette knows, and nothing of the terminal."""
