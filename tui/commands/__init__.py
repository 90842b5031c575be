"""Every screen as a command: one module per family, imported when one of its commands is run."""
