"""symback."""
