# SPDX-License-Identifier: GPL-2.0-only
"""Messages on standard error, and the locations of guestbench's files."""
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def quiet():
    """Whether to print only results and errors. The called scripts read the same
    variable."""
    return os.environ.get("EXITSTAT_QUIET") == "1"


def warn(text):
    print(f"guestbench: {text}", file=sys.stderr)


def say(text):
    """Print progress, unless --quiet."""
    if not quiet():
        warn(text)
