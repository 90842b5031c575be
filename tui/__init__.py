"""The console and the commands; nothing here writes SQL."""
