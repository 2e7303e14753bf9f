"""What is outside the grammar is refused at once, with its place and what would do."""

import time

import pytest

from symback.core.errors import (
    InputError,
    NameClashError,
    NamingError,
    ReadingError,
    SymbackError,
    UnknownNameError,
)
from symback.reading.python import read_python, read_python_file

ONE_LINE = {
    # text: (column, what the message says)
    "y = __import__('os').system('touch /nonexistent')": (5, "reaches into Python"),
    "y = ().__class__.__bases__[0].__subclasses__()": (5, "reaches into Python"),
    "y = (lambda: open('f').read())()": (6, "lambda is not read"),
    "y = eval('1')": (5, "unknown function 'eval'"),
    "y = open('f')": (5, "unknown function 'open'"),
    "y = getattr(x, 'a')": (5, "unknown function 'getattr'"),
    "y = exec('x')": (5, "unknown function 'exec'"),
    "y = x.__class__": (5, "reaches into Python"),
    "y = os.system('ls')": (5, "there is no method 'system'"),
    "y = lambda x: x": (5, "write the formula itself"),
    "y = x ^ 2": (5, "write ** for powers"),
    "y = x & 1": (5, "only between comparisons"),
    "y = torch.split(X, 2)": (5, "np.split"),
    "y = np.split(X, 7)": (5, "no 7 equal parts"),
    "y = x // 2": (5, "floor(a / b)"),
    "y = x % 2": (5, "floor(a / b)"),
    "y = 0 < x < 1": (5, "(a < x) * (x < b)"),
    "y = x > 0 and x < 1": (5, "(a > 0) * (b > 0)"),
    "y = not x": (5, "1 - condition"),
    "y = ~x": (5, "before a comparison"),
    "y = x in (1, 2)": (5, "compare no numbers"),
    "y = x is w": (5, "compare no numbers"),
    "y = f'{x}'": (5, "f-strings are not read"),
    "y = (h := x) * 2": (6, "assign on a line of its own"),
    "y = {'a': x}": (5, "dictionaries are not read"),
    "y = {x}": (5, "write a list"),
    "y = [*x, 1]": (7, "cannot be gone through"),
    "y = x + 'a'": (5, "a text cannot be computed with"),
    "y = x + True": (5, "write 1 or 0"),
    "y = x + None": (5, "None cannot be computed with"),
    "y = 3j * x": (5, "complex numbers are not read"),
    "y = b'a'": (5, "bytes are not read"),
    "y = 1e400 * x": (5, "too large for a double"),
    "y = 9**9**9**9": (8, "too large for a double"),
    "y = 2**(10**10)": (5, "too large for a double"),
    "y = x * 10**400": (9, "too large for a double"),
    "y = factorial(10**9)": (5, "unknown function"),
    "y = (-8) ** (1/3) * x": (5, "complex number"),
    "y = x * (1 / 0)": (10, "division by zero"),
    "y = x * np.inf": (9, "only finite numbers"),
    "y = x[0]": (5, "no shape was given"),
    "y = x @ w": (5, "@ multiplies arrays"),
    "y = x.foo()": (5, "no method 'foo'"),
    "y = x.foo": (5, "the attribute 'foo' is not read"),
    "y = foo(x)": (5, "unknown function 'foo'"),
    "y = rleu(x)": (5, "did you mean relu"),
    "y = np.foo.bar(x)": (5, "is no number that is read"),
    "math.pi": (1, "depends on no input"),
    "y = relu(x, 1, 2, 3)": (5, "takes none"),
    "y = softmax(x, axes=1)": (5, "axes"),
    "y = np.random.randn(3)": (5, "random numbers are not read"),
    "y = F.dropout(x)": (5, "random numbers are not read"),
    "y = sum(x, **w)": (14, "** is not read in a call"),
    "y = sum(range(10**9)) * x": (9, "a range of more than"),
    "y = sum(range(10**30)) * x": (9, "a range of more than"),
    "y = [0] * 10**9": (5, "a list of more than"),
    "y = sum(x for i in range(x))": (26, "has to be an integer that stands in the text"),
    "y = sum(i for i in range(1, 5, 0)) * x": (20, "the step of range is 0"),
    "y = max(x)": (5, "two or more scalars"),
    "y = len(x)": (5, "a scalar has no length"),
    "y = [x, w][2]": (5, "out of range"),
    "y = x if [] else w": (10, "cannot be computed with"),
    "x[0] = 1": (1, "writing into an array is not read"),
    "x.a = 1": (1, "assign to a name"),
    "a, *b = x, w": (4, "a starred target is not read"),
    "a, b = x, w, x": (1, "2 names for 3 values"),
    "x += ": (6, "ends too early"),
    "2x": (1, "expected an operator"),
    "x abc": (3, "expected an operator"),
    "y = x w": (7, "expected an operator"),
    "y = (x": (5, "was never closed"),
    "y = x)": (6, "unmatched"),
    "y = $": (5, ""),
    "1 = x": (1, ""),
    "y = x; z = = x": (12, "not expected here"),
    "while x: pass": (1, "while loops are not read"),
    "with x: pass": (1, "with blocks are not read"),
    "del x": (1, "del is not read"),
    "global x": (1, "global is not read"),
    "raise x": (1, "raise is not read"),
    "return x": (1, "return outside a function"),
    "y = x, w": (1, "2 outputs; give one output"),
    "x, w": (1, "give one output"),
    "y = np.array([])": (5, "empty"),
    "y = np.array([[1, 2], [3]])": (14, "row [1] has 1 entries"),
    "x = [[1, 2], [3]]; y = x": (5, "row [1] has 1 entries"),
    "x = [1, 'a']; y = x": (5, "a text"),
    "x = [True, 1]; y = x": (5, "a truth value"),
    "y = np.zeros((10**5, 10**5))": (5, "entries"),
    "y = X[X > 0]": (7, "where(condition, x, 0)"),
    "y = X[1.5]": (7, "this is no index"),
    "y = X[2]": (5, "out of range"),
    "y = X[:, :, 0]": (5, "3 indices"),
    "y = X[::0]": (7, "the step of a slice is 0"),
    "y = X if X > 0 else 0": (5, "where(condition, a, b)"),
    "y = max(X, 0)": (5, "maximum"),
    "y = min(X, axis=7)": (5, "axis = 7"),
    "y = X @ X": (5, "(2, 3) @ X (2, 3)"),
    "y = X + np.ones(2)": (5, "do not go together"),
    "y = torch.max(X, dim=1)": (5, "torch.amax"),
    "y = scipy.special.softmax(X)": (5, "axis=-1"),
    "y = X.astype(int)": (14, "only floats"),
    "y = X.sort()": (5, "no method 'sort'"),
    "y = np.reshape(X, (4, 2))": (5, "does not fit"),
    "a, b = X.T": (1, "2 names for 3 values"),
    "y = [] * 10**40": (5, "a list of more than"),
    "y = 2 % np.ones(2)": (5, "% is read only between integers"),
    "y = np.pad(X, 1.5)": (5, "pad_width = 1.5"),
    "y = max([])": (5, "two or more scalars"),
    "y = F.linear(x)": (5, "x @ W.T + b"),
    "from os import system; y = system('ls')": (28, "unknown function 'system'"),
}


@pytest.mark.parametrize(("text", "expected"), ONE_LINE.items(), ids=ONE_LINE)
def test_one_line(refused, text, expected):
    column, words = expected
    start = time.perf_counter()
    message = refused(text, shapes={"X": "2 3"} if "X" in text else {})
    assert time.perf_counter() - start < 1
    assert any(word in message for word in words.split("|")), message
    assert message.startswith(f"<text>, line 1, column {column}: "), message


PLACES = {
    "x = 1\n\ny = x ^ 2": (3, 5),
    "y = (x +\n     lambda: 0)": (2, 6),
    "s = 'été'; y = 'é' + x ^ 2": (1, 16),
    "\ufeffy = x ^ 2": (1, 5),
    "a = 1\r\nb = 2\r\ny = a ^ b": (3, 5),
    "a = 1\rb = 2\ry = a ^ b": (3, 5),
    "for i in range(2):\n    y = x ^ i": (2, 9),
    "def f(x):\n    y = x\n\n    return y ^ 2": (4, 12),
    "def f(x):\n    return x + q": (2, 16),
    "def f(x):\n    return f(x)": (2, 12),
    "def f(*x):\n    return 1": (1, 8),
    "def f(x, **k):\n    return x": (1, 12),
    "def f(x):\n    y = x * 2": (1, 1),
    "def f(x, y):\n    return x, y": (2, 12),
    "def f(x=dict()):\n    return x": (1, 9),
    "@cached\ndef f(x):\n    return x": (1, 2),
    "def f(x):\n    def g(y): return y\n    return g(x)": None,
    "class A: pass": (1, 1),
    "if x > 0:\n    y = 1\nelse:\n    y = 2": (1, 1),
    "for i in range(2):\n    y = x\nelse:\n    y = 1": (4, 5),
    "y = x\x00": (1, 6),
    "y = 1\n  z = 2": (2, None),
    "def g(a):\n    return a ^ 1\ny = g(x)": (2, 12),
    "y = " + "x + " * 400 + "(x ^ 2)": (1, 1606),
    "s = 'é'; y = " + "x - " * 400 + "(x ^ 2)": (1, 1615),
}


@pytest.mark.parametrize(("text", "place"), PLACES.items(), ids=range(len(PLACES)))
def test_places(refused, text, place):
    message = refused(text)
    if place is not None:
        line, column = place
        assert message.startswith(f"<text>, line {line}, column {'' if column is None else f'{column}: '}")


def test_the_piece_at_fault_is_quoted(refused):
    assert "'x ^ 2'" in refused("y = 1 + (x ^ 2)")
    assert len(refused("y = " + "x * " * 100 + "lambda: 0" + " * x" * 100)) < 250


@pytest.mark.parametrize(
    "text", ["", " ", "# nothing", "'''only words'''", "import numpy", "x = 1", "print(x)"]
)
def test_nothing_to_read(refused, text):
    assert "nothing is computed" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "y = " + "(" * 1000 + "x" + ")" * 1000,
        "y = " + "(" * 150 + "x" + ")" * 150 + " + " + "-" * 150 + "x",
        "y = " + "-" * 100_000 + "x",
        "y = " + "not " * 5000 + "x",
        "y = x" + ".T" * 5000,
        "y = x" + "[0]" * 5000,
        "y = " + "*".join("x" * 100_000),
        "y = " + "x if x else " * 3000 + "x",
        "y = " + "2**" * 5000 + "2",
        "y = " + "lambda: " * 5000 + "x",
        "y = " + "f(" * 180 + "x" + ")" * 180,
        "print(f'{" + "+".join("x" * 100_000) + "}')",
        "y = " + "exp(" * 120 + "x" + ")" * 120,
        "y = " + "[" * 150 + "x" + "]" * 150,
        "y = x" + " + x" * 500_000,
        "def f(x):\n  return x + x\ny = " + "f(" * 110 + "x" + ")" * 110,
        "y = sum(x for a in range(999) for b in range(999) for c in range(999))",
        "for a in range(999):\n for b in range(999):\n  y = x * a",
        "y = " + "1" * 5000,
    ],
    ids=range(19),
)
def test_limits_are_named_and_quick(text):
    start = time.perf_counter()
    with pytest.raises(SymbackError) as caught:
        read_python(text)
    assert time.perf_counter() - start < 8
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("count", [150, 250, 3000])
@pytest.mark.parametrize("frame", ["y = {}", "y = relu({})", "y = (\n  # a sum\n  {}  # of terms\n)", "{}"])
def test_sums_of_many_terms(count, frame):
    terms = "+".join(f"x{i}*w{i}" for i in range(count))
    model = read_python(frame.format(terms))
    assert len(model.shapes) == 2 * count
    node = model.expression.node
    assert len((node if node.op.name == "add" else node.inputs[0]).inputs) == count


def test_long_sums_of_both_signs_keep_their_order(evaluated):
    terms = " - ".join(f"x * {i} + a" for i in range(300))
    small = "y = x * 0 + a - x * 1 + a"
    assert read_python(small).expression.node.op.name == "add"
    value = evaluated(read_python(f"y = 2 * ({terms} \\\n + 1)"), x=0.5, a=2.0)
    assert value == pytest.approx(2 * (0 + 600 - 0.5 * sum(range(300)) + 1))


def test_errors_keep_their_type():
    for text, kind in {
        "y = x @ X": InputError,
        "y = rleu(X)": UnknownNameError,
        "x__y = X * 2": NamingError,
        "h1 = X * 2\nh_1 = X * 3\ny = h1 + h_1": NameClashError,
        "y = X ^ 2": ReadingError,
    }.items():
        with pytest.raises(kind) as caught:
            read_python(text, shapes={"X": "2 3"})
        assert ", line " in str(caught.value)
        assert ", column " in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["x__y", "_x", "x_", "été", "х", "a" * 31],
)
def test_names_that_cannot_be_printed(name):
    with pytest.raises(NamingError, match="<text>, line 2, column 1: "):
        read_python(f"# a name\n{name} = 3 * x")


@pytest.mark.parametrize(
    "name", ["S", "N", "I", "E", "Q", "beta", "gamma", "zeta", "test", "θ", "pi", "e", "F"]
)
def test_names_that_other_programs_keep_for_themselves(name):
    model = read_python(f"y = {name} * x")
    assert list(model.shapes) == [name, "x"]


def test_free_names_may_be_refused(refused):
    assert "column 5: 'x': the name 'x' is not known" in refused("y = x * 2", free="error")


def test_files(tmp_path):
    path = tmp_path / "net.py"
    for data, words in {
        b"a = 1\r\nb = \xe9\r\n": "line 2: byte 0xe9 is no UTF-8",
        b"a = 1\nb = 2\x00\n": "line 2, column 6: a NUL byte",
        b"# " + b"x" * 1_000_001: "more than 1000000 bytes",
    }.items():
        path.write_bytes(data)
        with pytest.raises(ReadingError, match=words):
            read_python_file(path)
    path.write_bytes(b"\xef\xbb\xbfy = x * 2\r\n")
    assert repr(read_python_file(path).expression) == "<y = mul(x, constant(…))>"
    for missing in (tmp_path / "no.py", tmp_path):
        with pytest.raises(ReadingError, match="cannot be read"):
            read_python_file(missing)


def test_a_text_that_is_none():
    with pytest.raises(InputError, match="expected Python in a text, got int"):
        read_python(3)
    with pytest.raises(ReadingError, match="at most 1000000 are read"):
        read_python("x" * 1_000_001)
