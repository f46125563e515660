# SPDX-License-Identifier: GPL-2.0-only
"""One benchmark in plain words: which exits cost most, and what avoids them."""

WORTH_SAYING = 0.01     # share of the time
REMOVED = 0.2           # of the exits


def percent(share):
    return f"{100 * share:.0f} %" if share < 0.995 or share >= 1 else ">99 %"


def _costs(row):
    """(share of the time, reason, where) of each reason, the largest first."""
    return sorted(((r[where], reason, where)
                   for reason, r in row["reasons"].items()
                   for where in ("user", "kvm") if r[where]), reverse=True)


def _one_axis_apart(a, b):
    return sum(a[axis] != b[axis] for axis in a) == 1


def _per_op(row, reason):
    """None if exits were not counted for an operation; 0 for a reason that
    did not occur."""
    if row["exits_per_op"][0] is None:
        return None
    return row["reasons"].get(reason, {}).get("per_op") or 0.0


def _remedy(row, rows, reason):
    """", bus=virtio removes 97 % of them", of the neighbour that removes
    most; or nothing."""
    here, best = _per_op(row, reason), (REMOVED, None)
    for other in rows:
        there = _per_op(other, reason)
        if not here or there is None or not _one_axis_apart(
                row["config"], other["config"]):
            continue
        best = max(best, (1 - there / here, other["label"]),
                   key=lambda pair: pair[0])
    if not best[1]:
        return ""
    change = next(f"{axis}={other['config'][axis]}" for other in rows
                  if other["label"] == best[1] for axis in row["config"]
                  if other["config"][axis] != row["config"][axis])
    return f"; {change} removes {percent(best[0])} of them"


def _worst(rows):
    """The row in which one kind of exits takes the largest share of time."""
    found = [(*_costs(row)[0], row) for row in rows if _costs(row)]
    return max(found, key=lambda f: f[0], default=None)


def _by_counts(name, rows):
    """Without times: what most exits are, where there are most."""
    if all(r["config"]["accel"] != "kvm" for r in rows):
        return f"{name}: no exits, as TCG does without KVM."
    rows = [r for r in rows if r["reasons"] and r["exits_per_op"][0]]
    if not rows:
        return f"{name}: no exits were recorded in its window."
    row = max(rows, key=lambda r: r["exits_per_op"][0])
    total = sum(r["exits"] for r in row["reasons"].values())
    reason, most = next(iter(row["reasons"].items()))
    return (f"{name} ({row['label']}): {percent(most['exits'] / total)} of its "
            f"exits are {reason}{_remedy(row, rows, reason)}.")


def sentence(benchmark):
    name = benchmark["name"]
    rows = [row for row in benchmark["rows"] if row["runs"]]
    if not rows:
        return f"{name}: no result."
    worst = _worst(rows)
    if not worst:
        return _by_counts(name, rows)
    share, reason, where, row = worst
    if share < WORTH_SAYING:
        return (f"{name}: exits hardly matter: the costliest kind, {reason}, "
                f"takes {100 * share:.1f} % of the vCPUs' time "
                f"({row['label']}).")
    place = "to user space" if where == "user" else "in KVM"
    return (f"{name} ({row['label']}): {percent(share)} of the vCPUs' time in "
            f"{reason} exits {place}{_remedy(row, rows, reason)}.")
