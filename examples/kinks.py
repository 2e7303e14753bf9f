"""A neuron whose pre-activation is exactly 0: what is taken for the derivative of the ReLU there."""

import symback as sb

point = {"x": [1, -2, 3], "w": [-3, -1, 2], "b": -5}

for kink in (None, 0.5, 1):
    evaluation = sb.derive(sb.Neuron(3), kink=kink).evaluate(point)
    print(f"kink={kink}: db = {evaluation.gradients['b']}")
    print("  ", *evaluation.notes)

try:
    sb.derive(sb.Neuron(3), kink="error").evaluate(point)
except sb.KinkError as error:
    print("kink='error':", error)
