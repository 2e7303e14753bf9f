"""Floor 0: ops, nodes, graphs and names, free of any heavy import."""
