"""Where libraries mean different things by one name, and functions that are read in a way of their own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from symback.ops.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.reading.python.reader import Reader

Adapted = tuple[str, list[Any], dict[str, Any]]


def adapted(  # noqa: PLR0913 - what a call is made of
    reader: Reader, node: ast.Call, module: str, name: str, given: list[Any], named: dict[str, Any]
) -> Adapted:
    """Return name and arguments of symback's function that means what a library's function means.

    Raises:
        ReadingError: The meaning is not clear.
    """
    library = module.partition(".")[0]
    if library == "torch" and name in _TORCH:
        return _TORCH[name](reader, node, name, given, named)
    if name == "gelu":
        # JAX takes the approximation unless told otherwise, torch the exact function.
        approximate = named.pop("approximate", library == "jax")
        return "gelu_tanh" if approximate in (True, "tanh") else "gelu", given, named
    if library == "scipy" and name in ("softmax", "log_softmax") and len(given) == 1 and "axis" not in named:
        value = given[0]
        if isinstance(value, Expression) and len(value.shape) > 1:
            raise reader.source.fault(
                node, f"SciPy's {name} without an axis is over all entries", "write axis=-1 for the rows"
            )
    return name, given, named


def _torch_extreme(
    reader: Reader, node: ast.Call, name: str, given: list[Any], named: dict[str, Any]
) -> Adapted:
    if len(given) == 2 and isinstance(given[1], Expression) and given[1].node not in reader.known:  # noqa: PLR2004 - two
        return f"{name}imum", given, named
    if len(given) > 1 or "dim" in named:
        raise reader.source.fault(
            node, f"torch's {name} along a dim also gives positions", f"write torch.a{name}(x, dim=...)"
        )
    return name, given, named


def _torch_variance(
    reader: Reader,  # noqa: ARG001 - all of these have one signature
    node: ast.Call,  # noqa: ARG001 - the same
    name: str,
    given: list[Any],
    named: dict[str, Any],
) -> Adapted:
    # torch divides by n − 1 unless told otherwise; NumPy by n.
    unbiased = named.pop("unbiased", True)
    if len(given) > 2 and isinstance(given[2], bool):  # noqa: PLR2004 - the value, dim, unbiased
        unbiased = given.pop()
    if "correction" not in named:
        named["ddof"] = int(bool(unbiased))
    return name, given, named


def _torch_transpose(
    reader: Reader,  # noqa: ARG001 - all of these have one signature
    node: ast.Call,  # noqa: ARG001 - the same
    name: str,
    given: list[Any],
    named: dict[str, Any],
) -> Adapted:
    # torch's transpose exchanges two axes; NumPy's takes the order of all.
    return "swapaxes" if len(given) == 3 else name, given, named  # noqa: PLR2004 - the value and two axes


def _torch_split(
    reader: Reader,
    node: ast.Call,
    name: str,
    given: list[Any],  # noqa: ARG001 - all of these have one signature
    named: dict[str, Any],  # noqa: ARG001 - the same
) -> Adapted:
    raise reader.source.fault(
        node,
        f"torch's {name} takes the size of the parts, NumPy's the places where to cut",
        "write np.split, or slices like x[:, :2]",
    )


_TORCH: Final[dict[str, Callable[..., Adapted]]] = {
    "max": _torch_extreme,
    "min": _torch_extreme,
    "var": _torch_variance,
    "std": _torch_variance,
    "transpose": _torch_transpose,
    "split": _torch_split,
    "chunk": _torch_split,
}


def _array(reader: Reader, node: ast.Call, module: str) -> Any:
    """Read np.array([...]), torch.tensor([...]), and sb.array("X", "N 4")."""
    from symback.reading.python.calls import arguments

    given, named = arguments(reader, node)
    if module in ("symback", "") and given and isinstance(given[0], str):
        if given[0] in reader.inputs or len(given) != 2:  # noqa: PLR2004 - a name and a shape
            raise reader.source.fault(node, "an array has a name of its own and a shape", 'like ("X", "N 4")')
        from symback.core.shapes import shape_of_text

        return reader.declare(given[0], node, reader.applied(node, shape_of_text, given[1]))
    if len(given) != 1 or named:
        raise reader.source.fault(node, "an array is made of one list", "write np.array([[1, 2], [3, 4]])")
    value = given[0]
    if isinstance(value, list | tuple) and not value:
        raise reader.source.fault(node, "the array is empty", "give it entries")
    return reader.applied(node, reader.stacked, node, value)


def _symbols(reader: Reader, node: ast.Call, module: str) -> Any:
    """Read sb.symbols("x y")."""
    from symback.reading.python.calls import arguments

    if module not in ("symback", ""):
        return NotImplemented
    given, _ = arguments(reader, node)
    if len(given) != 1 or not isinstance(given[0], str) or not given[0].strip():
        raise reader.source.fault(node, "symbols takes names in a text", 'write symbols("x y")')
    made = tuple(reader.declare(name, node) for name in given[0].replace(",", " ").split())
    return made[0] if len(made) == 1 else made


def _float_type(reader: Reader, node: ast.Call, module: str) -> Any:
    """Read np.float32(x): the number itself."""
    from symback.reading.python.calls import arguments

    if not module:
        return NotImplemented
    given, _ = arguments(reader, node)
    if len(given) != 1:
        raise reader.source.fault(node, "a float is made of one number", "write the number")
    return reader.operand(node, given[0])


def _shape(reader: Reader, node: ast.Call, module: str) -> Any:
    """Read np.shape(x), np.ndim(x), np.size(x)."""
    if len(node.args) != 1 or node.keywords:
        return NotImplemented
    name = node.func.attr if isinstance(node.func, ast.Attribute) else "shape"
    attribute = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
    return reader.read(attribute) if module else NotImplemented


def _linear(reader: Reader, node: ast.Call, module: str) -> Any:
    """Read F.linear(x, W, b) = x Wᵀ + b."""
    from symback.reading.python.calls import arguments
    from symback.reading.python.operators import combined

    if not module.startswith("torch"):
        return NotImplemented
    given, named = arguments(reader, node)
    given += [named[key] for key in ("weight", "bias") if key in named]
    if len(given) not in (2, 3) or not isinstance(given[1], Expression):
        raise reader.source.fault(node, "linear takes x, W and b", "write x @ W.T + b")
    product = combined(reader, node, ast.MatMult(), given[0], reader.applied(node, lambda: given[1].T))
    bias = given[2] if len(given) == 3 else None  # noqa: PLR2004 - with a bias
    return product if bias is None else combined(reader, node, ast.Add(), product, bias)


SPECIAL: Final[dict[str, Callable[[Reader, ast.Call, str], Any]]] = {
    **dict.fromkeys(("array", "asarray", "asanyarray", "tensor", "as_tensor", "from_numpy"), _array),
    **dict.fromkeys(("float16", "float32", "float64", "float_", "double"), _float_type),
    **dict.fromkeys(("shape", "ndim", "size"), _shape),
    "symbols": _symbols,
    "linear": _linear,
}
"""What reads the functions that have no counterpart among symback's own."""
