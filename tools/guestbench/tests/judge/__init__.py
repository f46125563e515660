# SPDX-License-Identifier: GPL-2.0-only
"""Judges what the runs of guestbench in a lab left.

usage: judge DIR done       every run came to its end
       judge DIR windows    every exit is in one window, and ftrace saw as many
                            (file "hist" of each run)
       judge DIR scores     each benchmark has a score, exits and times
       judge DIR ide        a write costs more exits on IDE
       judge DIR nested     a guest in the guest has the exits it must
       judge DIR shown      exitstat and libvirt report the same of a domain
       judge DIR stats      query-stats is what exitstat counts of it
       judge DIR gone       the domain is not there afterwards

Prints what is not so, and ends with status 1.
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
    """What is not so."""
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
