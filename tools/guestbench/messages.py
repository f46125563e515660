# SPDX-License-Identifier: GPL-2.0-only
"""What guestbench says on standard error, and where its files are."""
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def quiet():
    """Only results and errors. The scripts that are called read the same."""
    return os.environ.get("EXITSTAT_QUIET") == "1"


def warn(text):
    print(f"guestbench: {text}", file=sys.stderr)


def say(text):
    """Progress, which --quiet silences."""
    if not quiet():
        warn(text)
