"""How gates and alarms are answered: one file for each way that a system takes an answer."""
