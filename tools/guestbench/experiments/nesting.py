# SPDX-License-Identifier: GPL-2.0-only
"""What nesting adds: exits by the context in which they occurred.

To the KVM that is recorded the benchmark's guest is L1, and the guest in that
one L2. It gets the exits of both. One of L2 it hands to L1's hypervisor
("reflected"), or handles itself; what L1's hypervisor then does makes exits of
L1. What starting L2 costs is taken off: START is that, and nothing else.
"""
from collections import Counter

START = "nested-nothing-1"
CONTEXTS = ("l1", "l2", "reflected")      # of recording.Contexts
WORTH_SAYING = 0.1      # exits of an operation


def figures(samples):
    """Sums of these windows; None if L2 had no exits."""
    windows = [s["window"].contexts for s in samples]
    sums = {c: sum((getattr(w, c) for w in windows), Counter()) for c in CONTEXTS}
    if not sums["l2"]:
        return None
    if not all(w.knows_reflected for w in windows):
        sums["reflected"] = {}
    return {
        "windows": len(windows),
        "operations": sum(s["operations"] or 0 for s in samples),
        **{c: sum(n.values()) if n else None for c, n in sums.items()},
        "reasons": {c: dict(sorted(n.items(), key=lambda p: (-p[1], p[0])))
                    for c, n in sums.items()},
    }


def _per_operation(n, start):
    """By context and reason, without the exits of a start."""
    def cost(context, reason):
        less = start["reasons"][context].get(reason, 0) / start["windows"]
        return ((n["reasons"][context].get(reason, 0) - less * n["windows"])
                / n["operations"])
    reasons = {c: sorted({*n["reasons"][c], *start["reasons"][c]})
               for c in CONTEXTS}
    return {c: {r: cost(c, r) for r in reasons[c]} for c in CONTEXTS}


def relate(benchmarks):
    """Adds to each row's "nesting" what an operation costs by itself, None if
    nothing says what a start costs."""
    starts = {row["label"]: row["nesting"] for b in benchmarks
              if b["name"] == START for row in b["rows"]}
    for benchmark in benchmarks:
        for row in benchmark["rows"]:
            if not row["nesting"]:
                continue
            start = starts.get(row["label"])
            known = start and benchmark["name"] != START and \
                row["nesting"]["operations"]
            row["nesting"]["per_op"] = \
                _per_operation(row["nesting"], start) if known else None


def cells(n, number):
    """Of a table with the head below."""
    counts = ("-" if n[c] is None else f"{n[c]:,}" for c in CONTEXTS)
    return [*counts, number(n["l1"] / n["l2"])]


HEAD = ("L1", "L2", "reflected", "L1 per L2")


def _cost(costs, of):
    listed = ", ".join(f"{reason} {cost:.2f}" for reason, cost in sorted(
        costs.items(), key=lambda p: (-p[1], p[0])) if cost >= WORTH_SAYING)
    return f"{sum(costs.values()):.2f} {of}" + (f" ({listed})" if listed else "")


def sentences(benchmark):
    """What an operation costs, of each row that knows."""
    for row in benchmark["rows"]:
        costs = row["nesting"] and row["nesting"]["per_op"]
        if costs:
            yield (f"{row['label']}: one more {benchmark['operation']} makes "
                   f"{_cost(costs['l2'], 'exits of L2')} and "
                   f"{_cost(costs['l1'], 'of L1')}.")
