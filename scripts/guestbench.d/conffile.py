# SPDX-License-Identifier: GPL-2.0-only
"""Lines "NAME = VALUE" of a file, with their numbers, and how errors look.

A comment is a line of its own: values are commands and expressions, in which
a # may occur.
"""


class Bad(Exception):
    """Input that cannot be used; the text is one line for the user."""


def read_text(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError as e:
        raise Bad(f"{path}: {e.strerror}") from None
    except UnicodeDecodeError:
        raise Bad(f"{path}: not a text") from None


def assignments(text, where):
    """Yield (line number, NAME, VALUE); for "[NAME]", VALUE is None."""
    for nr, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            yield nr, line[1:-1].strip(), None
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Bad(f"{where}:{nr}: expected NAME = VALUE")
        yield nr, name.strip(), value.strip()


def whole(value, low, high, what):
    """A number from a user: the whole text, and within a range."""
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise Bad(f"{what} = {value}: not a number from {low} to {high}")
    return int(value)


def one_of(value, known, what):
    if value not in known:
        raise Bad(f"{what} = {value}: unknown (one of: {' '.join(known)})")
    return value
