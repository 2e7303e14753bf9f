"""Two neurons in a row: the gradients of the inputs of one are the upstream of the one before."""

import symback as sb

first = sb.Neuron(2, activation="tanh", name="h")
second = sb.Neuron(1, activation="sigmoid", inputs=[first])

values = {"x0_h": 0.5, "x1_h": -1, "w0_h": 2, "w1_h": 1, "b_h": 0.25, "w0": -1.5, "b": 0.5}

# Both in one graph …
together = sb.derive(second).evaluate(values)

# … and one after the other.
hidden = sb.derive(first)
h = hidden.evaluate(x=[0.5, -1], w=[2, 1], b=0.25)["h"]
later = sb.derive(sb.Neuron(1, activation="sigmoid")).evaluate(x=[h], w=[-1.5], b=0.5)
earlier = hidden.evaluate(x=[0.5, -1], w=[2, 1], b=0.25, dvalue=later.gradients["x0"])

print(together.to_text())
for name, gradient in earlier.gradients.items():
    print(f"d{name}: {together.gradients[name]:.12f} in one graph, {gradient:.12f} one after the other")
