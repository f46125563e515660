# SPDX-License-Identifier: GPL-2.0-only
"""Judge the runs of guestbench in a lab.

usage: judge DIR done       every run is complete
       judge DIR windows    every exit is in one window, and the sums equal ftrace's
                            (file "hist" of each run)
       judge DIR scores     every benchmark has a score, exits and times
       judge DIR ide        a write takes more exits on IDE
       judge DIR nested     an inner guest has exactly the exits of its table
       judge DIR shown      exitstat and libvirt report the same domain
       judge DIR stats      query-stats equals exitstat's counts
       judge DIR gone       the domain is gone afterwards

Prints failed checks and exits with 1.
"""
import json
import sys
from xml.etree import ElementTree

from . import domain, nested, runs

CHECKS = {
    "done": runs.not_done, "windows": runs.windows_differ, "scores": runs.no_figures,
    "ide": runs.ide_is_not_more, "nested": nested.not_as_known,
    "shown": domain.of_each(domain.not_shown),
    "stats": domain.of_each(domain.stats_differ),
    "gone": domain.of_each(domain.not_gone),
}


def judge(directory, check):
    """A failed check."""
    try:
        with open(f"{directory}/report.json", encoding="utf-8") as f:
            return list(CHECKS[check](directory, json.load(f)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError,
            ElementTree.ParseError) as e:
        return [f"{type(e).__name__}: {e}"]


def main(args):
    if len(args) != 2 or args[1] not in CHECKS:
        print(__doc__[__doc__.index("usage:"):], end="", file=sys.stderr)
        return 2
    wrong = judge(*args)
    for line in wrong:
        print(line)
    return 1 if wrong else 0
