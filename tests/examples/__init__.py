"""Every example, run as people run it, with a person who answers from another process."""
