# SPDX-License-Identifier: GPL-2.0-only
"""The overhead of nesting: exits by context.

For the recorded KVM, the guest of the benchmark is L1 and the guest inside it is L2.
This KVM receives the exits of both. It handles an exit of L2 itself or reflects it to
L1's hypervisor, whose work causes exits of L1. The exits of starting L2 are measured
separately by the benchmark START and subtracted.
"""
from collections import Counter

START = "nested-nothing-1"
CONTEXTS = ("l1", "l2", "reflected")      # members of recording.Contexts
WORTH_SAYING = 0.1      # exits per operation


def figures(samples):
    """The sums over these windows; None if L2 had no exits."""
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
    """Exits per operation by context and reason, without those of starting L2."""
    def cost(context, reason):
        less = start["reasons"][context].get(reason, 0) / start["windows"]
        return ((n["reasons"][context].get(reason, 0) - less * n["windows"])
                / n["operations"])
    reasons = {c: sorted({*n["reasons"][c], *start["reasons"][c]})
               for c in CONTEXTS}
    return {c: {r: cost(c, r) for r in reasons[c]} for c in CONTEXTS}


def relate(benchmarks):
    """Add exits per operation to each row's "nesting"; None if the exits of starting L2
    are unknown."""
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
    """The cells of a table row; HEAD has the column heads."""
    counts = ("-" if n[c] is None else f"{n[c]:,}" for c in CONTEXTS)
    return [*counts, number(n["l1"] / n["l2"])]


HEAD = ("L1", "L2", "reflected", "L1 per L2")


def _cost(costs, of):
    listed = ", ".join(f"{reason} {cost:.2f}" for reason, cost in sorted(
        costs.items(), key=lambda p: (-p[1], p[0])) if cost >= WORTH_SAYING)
    return f"{sum(costs.values()):.2f} {of}" + (f" ({listed})" if listed else "")


def sentences(benchmark):
    """A sentence for each row with known exits per operation."""
    for row in benchmark["rows"]:
        costs = row["nesting"] and row["nesting"]["per_op"]
        if costs:
            yield (f"{row['label']}: each further {benchmark['operation']} takes "
                   f"{_cost(costs['l2'], 'exits of L2')} and "
                   f"{_cost(costs['l1'], 'exits of L1')}.")
