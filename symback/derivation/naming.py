"""What the steps are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from symback.core.node import Node


class Naming(Protocol):
    """A scheme of step names."""

    def seed(self, output: Node) -> str:
        """Name the upstream gradient."""
        ...

    def local(self, consumer: Node, of: Node) -> str:
        """Name the factor ∂consumer/∂of."""
        ...

    def contribution(self, consumer: Node, of: Node) -> str:
        """Name what one of several consumers contributes to the adjoint of `of`."""
        ...

    def adjoint(self, of: Node) -> str:
        """Name the gradient with respect to `of`."""
        ...


class NetworkNames:
    """Names for any graph: `dy_dx`, `dx_via_y`, `dx`."""

    def seed(self, output: Node) -> str:
        """Name the upstream gradient: the adjoint of the output."""
        return f"d{output.name}"

    def local(self, consumer: Node, of: Node) -> str:
        """Name the factor ∂consumer/∂of."""
        return f"d{consumer.name}_d{of.name}"

    def contribution(self, consumer: Node, of: Node) -> str:
        """Name what one of several consumers contributes to the adjoint of `of`."""
        return f"d{of.name}_via_{consumer.name}"

    def adjoint(self, of: Node) -> str:
        """Name the gradient with respect to `of`."""
        return f"d{of.name}"


class SourceNames(NetworkNames):
    """Names as in Neural Networks from Scratch, ch. 9: `dvalue`, `drelu`, `dsum_dxw0`, `drelu_dx0`."""

    def __init__(self, labels: dict[str, str], output: str) -> None:
        self._labels = labels
        self._output = output
        self._prefix = f"d{labels[output]}"

    def seed(self, output: Node) -> str:  # noqa: ARG002 - the scheme's signature
        """Name the upstream gradient."""
        return "dvalue"

    def local(self, consumer: Node, of: Node) -> str:
        """Name the activation's own derivative, or a factor of the sum or of a product."""
        if consumer.name == self._output:
            return self._prefix
        return f"d{self._labels[str(consumer.name)]}_d{of.name}"

    def adjoint(self, of: Node) -> str:
        """Name a chained value by the activation and what it is differentiated by."""
        return f"{self._prefix}_d{of.name}"
