"""Right-hand sides as sums of products of indexed factors: the form in which they are simplified."""
