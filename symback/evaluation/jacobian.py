"""All derivatives of all entries of an output, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import LimitError, UnknownNameError
from symback.evaluation.values import run

if TYPE_CHECKING:
    from symback.evaluation.values import Values

MOST_ENTRIES: Final = 2_000
"""An output of more entries than this gives no Jacobian: each entry costs a pass."""


def jacobian(values: Values, name: str) -> Any:
    """Return J[o, i] = ∂output_o/∂quantity_i at a point, in numerator layout.

    One backward pass is run for each entry o of the output, with 1 at o for the upstream gradient.

    Args:
        values: The derivation with numbers put in.
        name: A quantity whose gradient was derived.

    Returns:
        An array of the output's shape followed by the quantity's.

    Raises:
        UnknownNameError: No gradient was derived for the name.
        LimitError: The output has too many entries.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.evaluation.values import Values
    >>> from symback.ops.expression import array
    >>> d = Backward(Graph([(array("W", "2 2") @ array("x", "2")).named("y").node]))
    >>> jacobian(Values(d, {"W": [[1, 2], [3, 4]], "x": [1, 1]}, [1, 1]), "x")
    array([[1., 2.],
           [3., 4.]])
    """
    import numpy as np

    backward = values.backward
    if name not in backward.gradients:
        known = ", ".join(list(backward.gradients)[:20])
        raise UnknownNameError(f"no gradient for {name!r}; there are those of {known}")
    shape = np.shape(values[str(backward.output.name)])
    count = int(np.prod(shape, dtype=int))
    if count > MOST_ENTRIES:
        raise LimitError(
            f"the Jacobian of {backward.output.name} by {name}: {count} entries of the output; at most "
            f"{MOST_ENTRIES} are gone through"
        )
    step = backward.gradients[name].node
    seed = backward.seed.name
    rows = []
    for place in np.ndindex(*shape):
        upstream = np.zeros(shape)
        upstream[place] = 1
        found = run(backward.order, {**values.inputs, seed: upstream}, values.sizes)[step]
        rows.append(np.broadcast_to(np.asarray(found, dtype=float), np.shape(values[name])))
    return np.stack(rows).reshape((*shape, *np.shape(values[name])))
