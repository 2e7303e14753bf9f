"""What the command line is given: numbers, a neuron, a function of the user's own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.api import Derivation


def derived(  # noqa: PLR0913 - one argument for each option
    x: str | None,
    w: str | None,
    b: str | None,
    n: str | None,
    activation: str,
    upstream: str | None,
    kink: str | None,
) -> tuple[Derivation, dict[str, Any] | None, Any]:
    """Derive the neuron of the options; return it with its numbers, None if there are none."""
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
    choice = kink if kink in (None, "error") else read_numbers(kink, "--kink")[0]
    up = None if upstream is None else read_numbers(upstream, "--upstream")[0]
    derivation = derive(Neuron(size, activation=activation), kink=choice)
    return derivation, {**given, "b": given["b"][0]} if given else None, up


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
