"""Numbers from files: JSON objects of nested lists, and NumPy's .npz archives."""

from __future__ import annotations

import json
import math
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError
from symback.core.shapes import Shape, shape_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 200_000_000
"""A file of data may have this many bytes."""

_JSON = 'expected a JSON object of numbers and nested lists, like {"x": [1, -2, 3]}'
_KINDS: Final = {
    str: "a text",
    bool: "a truth value",
    type(None): "null",
    dict: "an object",
    complex: "a complex number",
}


def load_data(path: str | Path) -> dict[str, Any]:
    """Read numbers and arrays by name from a .json or .npz file.

    Integers stay integers, alone and in arrays, for they may be labels or indices.

    Raises:
        InputError: The file cannot be read, or holds something other than finite real numbers; the
            message names the file and the entry.

    >>> load_data("nothing.json")
    Traceback (most recent call last):
    ...
    symback.core.errors.InputError: nothing.json: cannot be read (No such file or directory); ...
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".json", ".npz"):
        raise InputError(f"{path}: the data of a .json or .npz file can be read, not of {suffix or 'this'}")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"{path}: {size} bytes; at most {MAX_BYTES} are read")
        if not path.is_file():
            raise InputError(f"{path}: is no file; expected the path of a .json or .npz file")
        return _from_json(path) if suffix == ".json" else _from_npz(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); expected the path of a .json or .npz file"
        ) from None


def shapes_of(data: Mapping[str, Any]) -> dict[str, Shape]:
    """Return the shape of each value: of a number, of nested lists, or of an array of any library.

    Raises:
        InputError: A value is ragged, empty, or no number.

    >>> shapes_of({"X": [[1, 2], [3, 4], [5, 6]], "b": 1.5})
    {'X': (3, 2), 'b': ()}
    """
    return {name: _shape(value, name) for name, value in data.items()}


def shape_option(text: str) -> tuple[str, Shape]:
    """Read a name and its shape, NAME=SIZES.

    Raises:
        InputError: There is no name, or a size is no positive integer or symbol.

    >>> shape_option("X=N 4"), shape_option("b=")
    (('X', ('N', 4)), ('b', ()))
    """
    name, sign, sizes = text.partition("=")
    if not sign or not name.strip():
        raise InputError(f'shape {text!r}: expected a name and its sizes, like X="N 4"')
    return name.strip(), shape_of_text(sizes.strip().strip("\"'"), f"the shape of {name.strip()}:")


def checked_entries(value: Any, where: str) -> tuple[int, ...]:
    """Return the shape of nested lists of finite real numbers.

    Raises:
        InputError: They are ragged, empty, or hold something else; the message names the place.

    >>> checked_entries([[1, 2], [3, 4]], "X")
    (2, 2)
    """
    # Levels are walked one after the other: the nesting may be deep.
    shape: list[int] = []
    level: list[tuple[str, Any]] = [("", value)]
    while isinstance(level[0][1], list | tuple):
        size = len(level[0][1])
        following: list[tuple[str, Any]] = []
        for place, entry in level:
            if not isinstance(entry, list | tuple):
                raise InputError(
                    f"{where}{_row(place)} is a number, and the rows before it are lists; "
                    "expected rows of one length"
                )
            if len(entry) != size:
                raise InputError(
                    f"{where}{_row(place)} has {len(entry)} entries, and the rows before it have {size}; "
                    "expected rows of one length"
                )
            following += ((f"{place}[{n}]", part) for n, part in enumerate(entry))
        if not size:
            raise InputError(f"{where}{_row(level[0][0])} is empty; expected at least one entry")
        shape.append(size)
        if len(shape) > 8:  # noqa: PLR2004 - as many axes as a shape may have
            raise InputError(f"{where} is nested more than 8 deep; expected at most 8 axes")
        level = following
    for place, entry in level:
        if isinstance(entry, list | tuple):
            raise InputError(
                f"{where}{_row(place)} is a list, and the entries before it are numbers; "
                "expected rows of one length"
            )
        _check_number(entry, where, place)
    return tuple(shape)


def _row(place: str) -> str:
    """Name a row; a place of no index is the whole."""
    return f", row {place}" if place else ""


def _check_number(value: Any, where: str, place: str) -> None:
    at = f"{where}, entry {place}" if place else where
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        kind = _KINDS.get(type(value), f"a {type(value).__name__}")
        shown = "" if value is None or isinstance(value, dict) else f"{str(value)[:40]!r} "
        raise InputError(f"{at}: {shown}is {kind}; expected a finite real number, or lists of them")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise InputError(f"{at}: {str(value)[:40]} is not finite, or too large for a double")


def _shape(value: Any, name: str) -> Shape:
    if isinstance(value, list | tuple):
        return checked_entries(value, name)
    shape = getattr(value, "shape", None)
    if shape is not None:
        return shape_of_text(tuple(int(size) for size in shape), f"the shape of {name}:")
    _check_number(value, name, "")
    return ()


def _from_json(path: Path) -> dict[str, Any]:
    text = _decoded(path)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise InputError(f"{path}: the name {repeated!r} occurs twice; give it once")
        return dict(found)

    def refused(word: str) -> Any:
        raise InputError(f"{path}: {word} is no finite number; expected finite real numbers")

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=refused, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; {_JSON}") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deep; {_JSON}") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: {error}; {_JSON}") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: the file holds {_KINDS.get(type(data), 'a list or a number')}; {_JSON}")
    return {name: _value(value, f"{path}: {name}") for name, value in data.items()}


def _integer(digits: str) -> int | float:
    """Return an integer; one of very many digits is no double, and is refused where it stands."""
    return int(digits) if len(digits) <= 400 else math.inf  # noqa: PLR2004 - more than a double's 309


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is no UTF-8; save the file in UTF-8"
        ) from None


def _value(value: Any, where: str) -> Any:
    """Return a number, or an array of nested lists."""
    shape = checked_entries(value, where)
    if not shape:
        return value
    import numpy as np

    array = np.asarray(value)
    # Integers beyond 64 bits become floats.
    return array if array.dtype.kind in "if" else np.asarray(value, dtype=float)


def _from_npz(path: Path) -> dict[str, Any]:
    import numpy as np

    data: dict[str, Any] = {}
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise InputError(f"{path}: this is a single array; write it with numpy.savez, under a name")
            for name in archive.files:
                if name in data:
                    raise InputError(f"{path}: the name {name!r} occurs twice; give it once")
                data[name] = _array(path, archive, name)
    except (zipfile.BadZipFile, ValueError, EOFError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        # What NumPy says of a file that is none speaks of pickles.
        raise InputError(f"{path}: no .npz file of arrays; write it with numpy.savez") from None
    return data


def _array(path: Path, archive: Any, name: str) -> Any:
    """Return one array of an archive, a number if it has no axes."""
    import numpy as np

    try:
        array = archive[name]
    except ValueError as error:
        reason = "it holds Python objects" if "allow_pickle" in str(error) else str(error)
        raise InputError(f"{path}: {name}: {reason}; expected an array of real numbers") from None
    if array.dtype.kind not in "iuf":
        kind = {"b": "truth values", "c": "complex numbers", "U": "texts", "S": "bytes"}
        raise InputError(
            f"{path}: {name} holds {kind.get(array.dtype.kind, str(array.dtype))}; expected real numbers"
        )
    if not array.size:
        raise InputError(f"{path}: {name} is empty; its shape is {array.shape}")
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        place = "".join(f"[{n}]" for n in wrong[0])
        raise InputError(f"{path}: {name}, entry {place}: {array[tuple(wrong[0])]} is not finite")
    return array if array.ndim else array.item()


__all__ = ["load_data", "shape_option", "shapes_of"]
