"""A classifier of two layers: its gradients in matrix form, with numbers, and checked."""

import numpy as np

import symback as sb


@sb.model(X="N 4", W1="4 5", b1="5", W2="5 3", b2="3", Y="N 3")
def cross_entropy(X, W1, b1, W2, b2, Y):  # noqa: PLR0913 - every input is one
    """Return the mean cross-entropy of a batch."""
    Z1 = X @ W1 + b1
    A = np.maximum(Z1, 0)
    Z2 = A @ W2 + b2
    P = sb.softmax(Z2)
    L = -np.mean(np.sum(Y * np.log(P), axis=1))
    return L  # noqa: RET504 - the name is kept


d = sb.derive(cross_entropy, distributions=["Y"])
print(d.to_text())

rng = np.random.default_rng(0)
data = {
    "X": rng.normal(size=(6, 4)),
    "W1": rng.normal(size=(4, 5)),
    "b1": rng.normal(size=5),
    "W2": rng.normal(size=(5, 3)),
    "b2": rng.normal(size=3),
    "Y": np.eye(3)[[0, 2, 1, 1, 0, 2]],
}
e = d.evaluate(data)
print(f"L = {e['L']:.6f}, the gradient of W1 has the shape {e.gradients['W1'].shape}")
print(sb.compare(d, data, against=["central", "complex"]).summary)
print(d.verify().summary)
