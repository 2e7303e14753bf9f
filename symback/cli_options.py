"""The options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

Command = "Callable[..., Any]"

_UPSTREAM_AND_KINK = (
    click.option(
        "--upstream",
        metavar="NUMBERS",
        help="Gradient from the next layer: a number, or for an array nested lists like [[1, 2]].  "
        "[default: 1 for a scalar]",
    ),
    click.option(
        "--kink",
        metavar="S",
        help="Derivative at a kink: s in [0, 1] for (1-s)·left + s·right, or error.",
    ),
)

_NEURON = (
    click.option("--x", "x", metavar="NUMBERS", help="Inputs, separated by commas."),
    click.option("--w", "w", metavar="NUMBERS", help="Weights, separated by commas."),
    click.option("--b", "b", metavar="NUMBER", help="Bias."),
    click.option(
        "-n", "n", metavar="N", help="Number of inputs if no numbers are given; a letter stands for any."
    ),
    click.option(
        "--activation",
        default="relu",
        show_default=True,
        metavar="NAME",
        help='Activation, with parameters if it takes any: "leaky_relu(0.2)".',
    ),
)

_FORWARD_PASS = (
    click.argument("source", required=False, metavar="[FILE.py[:NAME]]"),
    click.option("-e", "--expression", "text", metavar="TEXT", help="The forward pass itself."),
    click.option(
        "--data",
        metavar="FILE",
        help="Values of the inputs, which give shapes: .json or .npz.",
    ),
    click.option(
        "--shape",
        "shapes",
        multiple=True,
        metavar='X="N 4"',
        help="Shape of an input, sizes as numbers or letters; may be repeated. A scalar needs none.",
    ),
    click.option("--wrt", metavar="NAMES", help="What to differentiate by, separated by commas."),
    click.option(
        "--detail",
        type=click.Choice(["named", "atomic"]),
        default="named",
        show_default=True,
        help="Factors between the names of the forward pass, or of every op.",
    ),
    click.option(
        "--distribution",
        "distributions",
        multiple=True,
        metavar="NAME",
        help="An array whose rows sum to 1, such as one-hot targets; may be repeated.",
    ),
)


def neuron_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which neuron it is and what its numbers are."""
    return _with(command, (*_NEURON, *_UPSTREAM_AND_KINK))


def forward_pass_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which forward pass it is and what its numbers are."""
    return _with(command, (*_FORWARD_PASS, *_UPSTREAM_AND_KINK))


def neuron_or_forward_pass_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which neuron or which forward pass it is."""
    return _with(command, (*_FORWARD_PASS, *_NEURON, *_UPSTREAM_AND_KINK))


def output_options(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that say how and where to print."""
    options = (
        click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default="text",
            show_default=True,
            help="How to print.",
        ),
        click.option("-o", "output", metavar="FILE", help="Where to write; standard output unless given."),
        click.option("--full", is_flag=True, help="Print the middle of a long derivation too."),
    )
    return lambda command: _with(command, options)


def document_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what else a document holds."""
    return _with(
        command,
        (
            click.option(
                "--learning-rate", metavar="NUMBER", help="Add the gradient-descent step with this rate."
            ),
            click.option(
                "--verify", is_flag=True, help="Judge every step: mathematics, numbers, print read back."
            ),
            click.option(
                "--standalone", is_flag=True, help="With --format latex: a whole file that compiles."
            ),
        ),
    )


def _with(command: Callable[..., Any], options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
