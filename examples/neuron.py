"""One ReLU neuron with three inputs: every step with numbers, and one step of gradient descent."""

import symback as sb

derivation = sb.derive(sb.Neuron(3, activation="relu"))
evaluation = derivation.evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)

print(evaluation.to_text(full=True, learning_rate=0.001))
print("gradients:", evaluation.gradients)
print("output after the step:", evaluation.update(learning_rate=0.001).after)
