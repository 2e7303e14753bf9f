"""Floor 3: from a graph to the ordered steps of its backward pass, by the chain rule alone."""
