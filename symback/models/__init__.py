"""Floor 2: models: the neuron, and later layers and networks; they only build graphs out of ops."""
