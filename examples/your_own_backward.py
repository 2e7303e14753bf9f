"""Check a backward pass that you wrote by hand against the derived one, and find its mistake."""

import math

import symback as sb


def by_hand(x, w, b):
    """Return the gradients of sigmoid(x · w + b), with a mistake in the bias."""
    y = 1 / (1 + math.exp(-sum(xi * wi for xi, wi in zip(x, w, strict=True)) - b))
    slope = y * (1 - y)
    return {"dx": [slope * wi for wi in w], "dw": [slope * xi for xi in x], "db": y}


derivation = sb.derive(sb.Neuron(2, activation="sigmoid"))
comparison = sb.compare(derivation, x=[1, -2], w=[0.5, 0.25], b=0.1, against=[by_hand, "complex"])

print(comparison.summary)
for row in comparison.rows:
    print(f"d{row.name:3} {float(row.symbolic):9.6f} {row.others['by_hand']:9.6f}  {row.verdict}")
