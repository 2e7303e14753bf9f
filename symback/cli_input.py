"""What the command line is given: numbers, a neuron, a function of the user's own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.api import Derivation
    from symback.rendering.document import Numbers


class Given(NamedTuple):
    """What a command is about.

    Attributes:
        derivation: The derivation.
        values: The numbers of its inputs; None if there are none.
        upstream: The upstream gradient; None unless it is given.
        notes: What was done with the data.
    """

    derivation: Derivation
    values: dict[str, Any] | None
    upstream: Any
    notes: tuple[str, ...] = ()


def numbers_for(given: Given, learning_rate: str | None) -> Numbers | None:
    """Put the numbers in, if there are any."""
    from dataclasses import replace

    from symback.core.errors import InputError

    if given.values is None:
        if learning_rate is not None or given.upstream is not None:
            option = "--learning-rate" if learning_rate is not None else "--upstream"
            raise InputError(f"{option} needs numbers: give those of the inputs too")
        return None
    rate = None if learning_rate is None else read_numbers(learning_rate, "--learning-rate")[0]
    numbers = given.derivation.evaluate(given.values, upstream=given.upstream).numbers(rate)
    return replace(numbers, notes=[*numbers.notes, *given.notes])


def derived_neuron(  # noqa: PLR0913 - one argument for each option
    x: str | None,
    w: str | None,
    b: str | None,
    n: str | None,
    activation: str,
    upstream: str | None,
    kink: str | None,
) -> Given:
    """Derive the neuron of the options."""
    from symback.api import derive
    from symback.core.errors import InputError
    from symback.models.neuron import Neuron

    given = {
        name: read_numbers(text, f"--{name}")
        for name, text in (("x", x), ("w", w), ("b", b))
        if text is not None
    }
    size = None if n is None else _count(n)
    if given:
        missing = [f"--{name}" for name in ("x", "w", "b") if name not in given]
        if missing:
            raise InputError(
                f"{' and '.join(missing)} missing: give --x, --w and --b, or -n alone for symbols"
            )
        if len(given["x"]) != len(given["w"]):
            raise InputError(f"{len(given['x'])} inputs but {len(given['w'])} weights")
        if size not in (None, len(given["x"])):
            raise InputError(f"-n {size} but {len(given['x'])} inputs")
        if len(given["b"]) != 1:
            raise InputError(f"--b {b}: expected one number")
        size = len(given["x"])
    elif size is None:
        raise InputError("nothing to derive: give numbers with --x, --w and --b, or -n for symbols")
    up = None if upstream is None else read_numbers(upstream, "--upstream")[0]
    derivation = derive(Neuron(size, activation=activation), kink=_kink(kink))
    return Given(derivation, {**given, "b": given["b"][0]} if given else None, up)


def _kink(text: str | None) -> Any:
    return text if text in (None, "error") else read_numbers(str(text), "--kink")[0]


def derived_forward_pass(  # noqa: PLR0913 - one argument for each option
    source: str | None,
    text: str | None,
    data: str | None,
    shapes: tuple[str, ...],
    wrt: str | None,
    detail: str,
    distributions: tuple[str, ...],
    upstream: str | None,
    kink: str | None,
) -> Given:
    """Read the forward pass of the options and derive it."""
    from symback.api import derive
    from symback.core.errors import InputError
    from symback.reading.data import load_data, shape_option
    from symback.reading.python import read_python, read_python_file

    if (source is None) == (text is None):
        raise InputError(
            'give a file like network.py, or the forward pass itself with -e "y = relu(w * x + b)"'
        )
    values = {} if data is None else load_data(data)
    stated = dict(map(shape_option, shapes))
    if text is not None:
        model = read_python(text, shapes=stated, values=values)
    else:
        path, _, name = str(source).partition(".py:")
        model = read_python_file(
            f"{path}.py" if name else path, function=name or None, shapes=stated, values=values
        )
    strangers = [name for name in stated if name not in model.shapes]
    if strangers:
        raise InputError(f"--shape {strangers[0]}: no such input; the inputs are {', '.join(model.shapes)}")
    derivation = derive(
        model,
        None if wrt is None else [name.strip() for name in wrt.split(",")],
        detail=detail,  # type: ignore[arg-type]
        kink=_kink(kink),
        distributions=[name.strip() for part in distributions for name in part.split(",")],
    )
    used = {name: value for name, value in values.items() if name in model.shapes}
    notes = tuple(f"{name} stands in {data}, but nothing uses it." for name in values if name not in used)
    known = {**model.values, **used}
    complete = bool(known) or not model.shapes
    return Given(derivation, known if complete else None, _upstream(upstream), notes)


def derived_either(source: str | None, text: str | None, **options: Any) -> Given:
    """Derive the forward pass of the options, or the neuron where there is none."""
    from symback.core.errors import InputError

    neuron = {name: options.pop(name) for name in ("x", "w", "b", "n", "activation")}
    if source is None and text is None:
        return derived_neuron(**neuron, upstream=options["upstream"], kink=options["kink"])
    flags = {"x": "--x", "w": "--w", "b": "--b", "n": "-n"}
    stray = [flag for name, flag in flags.items() if neuron[name] is not None]
    if stray:
        raise InputError(
            f"{stray[0]} is about a neuron, but a forward pass is given; its numbers come with --data"
        )
    return derived_forward_pass(source, text, **options)


def _upstream(text: str | None) -> Any:
    """Read an upstream gradient: a number, or nested lists of numbers."""
    from symback.core.errors import InputError

    if text is None:
        return None
    if not text.lstrip().startswith("["):
        return read_numbers(text, "--upstream")[0]
    import json

    try:
        return json.loads(text)
    except ValueError:
        raise InputError(
            f"--upstream {text[:40]}: expected a number, or nested lists like [[1, 2]]"
        ) from None


def read_numbers(text: str, option: str) -> list[Any]:
    """Read numbers separated by commas, exactly and as they were typed."""
    from symback.core.errors import InputError
    from symback.notation.numeral import TypedNumber

    numbers = []
    parts = text.split(",")
    for position, part in enumerate(parts):
        where = f"{option}, number {position + 1}" if len(parts) > 1 else option
        try:
            number = TypedNumber.parse(part.strip())
            float(number)
        except OverflowError:
            raise InputError(f"{where}: {part.strip()} is too large for a double") from None
        except (ValueError, ZeroDivisionError):
            raise InputError(
                f"{where}: {part.strip()[:40]!r} is no number; expected integers, decimals, fractions "
                "like -1/3, or 1e-3, separated by commas"
            ) from None
        numbers.append(number)
    if option in ("--learning-rate", "--upstream", "--kink") and len(numbers) > 1:
        raise InputError(f"{option}: expected one number, got {len(numbers)}")
    return numbers


def _count(text: str) -> int | str:
    from symback.core.errors import InputError

    if len(text) == 1 and text.isalpha():
        return text
    try:
        return int(text)
    except ValueError:
        raise InputError(f"-n {text}: expected an integer ≥ 1, or a letter for any number") from None


def method_named(text: str) -> Any:
    """Return a method's name, or the function of a file of the user's own (FILE.py:FUNCTION).

    Raises:
        InputError: The file cannot be run, or what it defines is no function.
    """
    if ":" not in text:
        return text
    import runpy

    from symback.core.errors import InputError

    path, _, name = text.rpartition(":")
    try:
        defined = runpy.run_path(path)
    except OSError as error:
        raise InputError(f"--against {text}: {path} cannot be read ({error.strerror})") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's own code may raise anything
        raise InputError(f"--against {text}: {path} raised {type(error).__name__}: {error}") from None
    if name not in defined:
        raise InputError(f"--against {text}: {path} defines no {name}")
    if not callable(defined[name]):
        raise InputError(f"--against {text}: {name} is no function, but {type(defined[name]).__name__}")
    return _guarded(defined[name], text)


def _guarded(function: Callable[..., Any], text: str) -> Callable[..., Any]:
    """Turn whatever a user's function raises into a message of one line."""

    @functools.wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        from symback.core.errors import InputError

        try:
            return function(*args, **named)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's own code may raise anything
            raise InputError(f"--against {text}: it raised {type(error).__name__}: {error}") from None

    return called
