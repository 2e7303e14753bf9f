"""Gradients by the automatic differentiation of PyTorch and JAX, where these are installed."""

from __future__ import annotations

import importlib
from functools import reduce
from typing import TYPE_CHECKING, Any

from symback.evaluation.arrays import ArrayNamespace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symback.core.node import Node
    from symback.core.op import Op
    from symback.verification.point import Point


def torch_gradients(point: Point, names: Sequence[str]) -> dict[str, float | None]:
    """Run the forward pass in PyTorch, in float64, and call its autograd."""
    import torch

    inputs = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=name in names)
        for name, value in point.inputs.items()
    }
    output = _forward(point, "torch", inputs, torch.zeros((), dtype=torch.float64))
    if not output.requires_grad:
        return dict.fromkeys(names, 0.0)
    gradients = torch.autograd.grad(output, [inputs[name] for name in names], allow_unused=True)
    return {
        name: 0.0 if gradient is None else point.upstream * float(gradient)
        for name, gradient in zip(names, gradients, strict=True)
    }


def jax_gradients(point: Point, names: Sequence[str]) -> dict[str, float | None]:
    """Run the forward pass in JAX, in float64, and call its grad."""
    import jax

    with double_precision(jax):
        fixed = {name: jax.numpy.asarray(value) for name, value in point.inputs.items()}

        def output(moving: dict[str, Any]) -> Any:
            return _forward(point, "jax", {**fixed, **moving}, jax.numpy.zeros(()))

        gradients = jax.grad(output)({name: fixed[name] for name in names})
        return {name: point.upstream * float(gradients[name]) for name in names}


def double_precision(jax: Any) -> Any:
    """Return a context in which JAX computes in float64, wherever this release keeps it."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)  # noqa: FBT003 - JAX's own signature
    return importlib.import_module("jax.experimental").enable_x64()


def _forward(point: Point, library: str, inputs: dict[str, Any], like: Any) -> Any:
    """Compute the output by the library's own functions, and by symback's where it has none."""
    namespace = ArrayNamespace(like)
    root = importlib.import_module(library)
    values: dict[Node, Any] = {}
    for node in point.order:
        if node.op is None:
            values[node] = inputs[str(node.name)]
            continue
        arguments = [values[source] for source in node.inputs]
        function = own_function(node.op, library, root)
        if function is None:
            values[node] = node.op.numeric(namespace, *arguments, *node.parameters)
        else:
            values[node] = function(*arguments, *map(float, node.parameters))
    return values[point.backward.output]


def own_function(op: Op, library: str, root: Any) -> Any:
    """Return a library's own function for an op, as its record states it; None if there is none."""
    stated = op.peers.get(library)
    if stated is None:
        return None
    if isinstance(stated, str):
        return reduce(getattr, stated.split("."), root)
    return lambda *arguments: stated(root, *arguments)
