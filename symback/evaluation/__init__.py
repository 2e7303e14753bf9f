"""Floor 4: numbers for every node and step of a derivation."""
