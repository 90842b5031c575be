"""Pure drawing: rows of facts become lines, with no terminal and no clock."""
