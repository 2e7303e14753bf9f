"""Floor 5: independent ways to the same gradients, and how they agree."""
