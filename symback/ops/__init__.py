"""Floor 1: one record per operation, the table of all of them, and the operators on expressions."""
