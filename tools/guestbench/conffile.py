# SPDX-License-Identifier: GPL-2.0-only
"""Parse files of "NAME = VALUE" lines; define the exception for bad input.

Comments take whole lines only: values are commands and expressions, which may
contain a #.
"""


TEXT_MAX = 1 << 20      # bytes, far above any sensible file
DIGITS_MAX = 20


class Bad(Exception):
    """Invalid input; the text is one line for the user."""


def read_text(path):
    try:
        # Editors may add a byte order mark and DOS line ends.
        with open(path, "rb") as f:
            text = f.read(TEXT_MAX + 1).decode("utf-8-sig")
    except OSError as e:
        raise Bad(f"{path}: {e.strerror}") from None
    except UnicodeDecodeError:
        raise Bad(f"{path}: not a text") from None
    if len(text) > TEXT_MAX or any(c < " " and c not in "\t\r\n" for c in text):
        raise Bad(f"{path}: not a text")
    return text


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
    """Parse a number from the user: all of the text, within a range."""
    digits = value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX
    if not digits or not low <= int(value) <= high:
        raise Bad(f"{what} = {value[:40]}: not a number from {low} to {high}")
    return int(value)


def one_of(value, known, what):
    if value not in known:
        raise Bad(f"{what} = {value[:40]}: unknown (one of: {' '.join(known)})")
    return value
