"""Floor 0: the notation tree and its scripts; knows nothing of derivatives."""
