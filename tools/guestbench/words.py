# SPDX-License-Identifier: GPL-2.0-only
"""Describe one benchmark in a sentence: its most expensive exits, and the
configuration that avoids them.

A difference between guests is reported only if it is significant (RULE). The sentence
is about the baseline, unless another guest is significantly worse.
"""
from .figures import apart

WORTH_SAYING = 0.01     # least share of time
REMOVED = 0.2           # least share of exits that a remedy removes
SINGLE_REMOVED = 0.5    # the same with single runs
SINGLE_EXITS = 200      # least number of exits with single runs

RULE = ("Sentences report a difference between guests only if the 95 % intervals of "
        "their means do not overlap. A single run has no interval: there, one value "
        f"must be at most {100 * (1 - SINGLE_REMOVED):.0f} % of the other (for exits: "
        f"of at least {SINGLE_EXITS}), and the sentence says so.")

# Names for a guest with a value; the default is AXIS=VALUE.
AXIS_WORDS = {"vcpus": "with", "disk": "on", "bus": "on", "cpu": "with",
              "machine": "on", "accel": "under", "manager": "under"}
VALUE_WORDS = {
    ("vcpus", "1"): "1 vCPU", ("vcpus", "2"): "2 vCPUs",
    ("vcpus", "4"): "4 vCPUs", ("vcpus", "8"): "8 vCPUs",
    ("disk", "raw"): "a raw image", ("disk", "qcow2"): "qcow2",
    ("disk", "lvm"): "an LVM volume",
    ("bus", "virtio"): "virtio", ("bus", "ide"): "IDE",
    ("cpu", "default"): "QEMU's default CPU", ("cpu", "host"): "-cpu host",
    ("accel", "kvm"): "KVM", ("accel", "tcg"): "TCG",
    ("manager", "qemu"): "plain QEMU", ("manager", "libvirt"): "libvirt",
}


def value_words(axis, value):
    return VALUE_WORDS.get((axis, value), value if axis == "machine"
                           else f"{axis}={value}")


def percent(share):
    return f"{100 * share:.0f} %" if share < 0.995 or share >= 1 else ">99 %"


def _share(pair):
    """"61 %", or "61 +- 2 %" with an interval."""
    mean, ci = pair
    if ci is None or ci < 0.0005:
        return percent(mean)
    digits = 0 if ci >= 0.01 else 1
    return f"{100 * mean:.{digits}f} +- {100 * ci:.{digits}f} %"


def _axes_apart(a, b):
    return [axis for axis in a if a[axis] != b[axis]]


def _where(row, rows):
    """" on IDE": how the row differs from the baseline."""
    baseline = next((r["config"] for r in rows if r["label"] == "baseline"), None)
    if baseline is None:
        return f" ({row['label']})"
    if row["config"] == baseline:
        return " in the baseline" if len(rows) > 1 else ""
    return "".join(f" {AXIS_WORDS.get(axis, 'with')} "
                   f"{value_words(axis, row['config'][axis])}"
                   for axis in _axes_apart(row["config"], baseline))


def _less(less, more):
    """Whether one value is significantly less than the other (RULE)."""
    known = apart(less, more)
    if known is None:
        return less[0] <= (1 - SINGLE_REMOVED) * more[0] and more[0] > 0
    return known


def _first(rows):
    return next((r for r in rows if r["label"] == "baseline"), rows[0])


def _named(rows, value):
    """The row to describe: the worst of those significantly above the baseline, else
    the baseline (or the first row). value: the (mean, ci) of a row."""
    first = _first(rows)
    worse = [r for r in rows if _less(value(first), value(r))]
    return max(worse, key=lambda r: value(r)[0], default=first)


def _costs(row):
    """((mean, ci) of the share of time, reason, where), the largest first."""
    return sorted(((r[where], reason, where)
                   for reason, r in row["reasons"].items()
                   for where in ("userspace", "handler") if r[where][0]),
                  key=lambda cost: (-cost[0][0], cost[1:]))


def _per_op(row, reason):
    """(mean, ci) of exits per operation: 0 for a reason that did not occur, None if
    exits per operation are unavailable."""
    if row["exits_per_op"][0] is None:
        return None
    if reason in row["reasons"]:
        return row["reasons"][reason]["per_op"]
    return 0.0, None if row["runs"] == 1 else 0.0


def _fewer(other, row, reason):
    """Whether the other row has significantly fewer exits with this reason."""
    there, here = _per_op(other, reason), _per_op(row, reason)
    if not here or not here[0] or not there:
        return False
    single = apart(there, here) is None
    if single and row["reasons"][reason]["exits"] < SINGLE_EXITS:
        return False
    return _less(there, here)


def _removed(row, other, reason):
    """The share of exits that the other row avoids; 0 if below REMOVED."""
    if not _fewer(other, row, reason):
        return 0
    removed = 1 - _per_op(other, reason)[0] / _per_op(row, reason)[0]
    return removed if removed >= REMOVED else 0


def _remedy(row, rows, reason):
    """"; virtio removes 97 % of them" for the neighbour that removes most, or ""."""
    neighbours = [r for r in rows
                  if len(_axes_apart(row["config"], r["config"])) == 1]
    other = max(neighbours, key=lambda r: _removed(row, r, reason), default=None)
    removed = other and _removed(row, other, reason)
    if not removed:
        return ""
    axis = _axes_apart(row["config"], other["config"])[0]
    ran = [r["runs"] for r in (row, other)]
    note = "" if min(ran) > 1 else \
        " (one run each)" if max(ran) == 1 else " (from a single run)"
    return (f"; {value_words(axis, other['config'][axis])} removes "
            f"{percent(removed)} of them{note}")


def _most_added(rows):
    """(row, reason) for the largest increase over the first row, if above REMOVED;
    else the first row and its most frequent reason."""
    first, best = _first(rows), (REMOVED, None)
    for row in rows:
        for reason in row["reasons"]:
            if row is first or not _fewer(first, row, reason):
                continue
            added = (_per_op(row, reason)[0] - _per_op(first, reason)[0]
                     ) / row["exits_per_op"][0]
            best = max(best, (added, (row, reason)), key=lambda pair: pair[0])
    reasons = first["reasons"]
    return best[1] or (first, max(reasons, key=lambda r: reasons[r]["exits"]))


def _by_counts(title, rows):
    """The sentence without usable times: the reason of most exits."""
    if all(r["config"]["accel"] != "kvm" for r in rows):
        return f"{title}: no exits, because TCG does not use KVM."
    counted = [r for r in rows if r["reasons"] and r["exits_per_op"][0]]
    if not counted:
        return f"{title}: no exits were recorded in its window."
    row, reason = _most_added(counted)
    total = sum(r["exits"] for r in row["reasons"].values())
    share = row["reasons"][reason]["exits"] / total
    return (f"{title}{_where(row, rows)}: {percent(share)} of its exits are "
            f"{reason}{_remedy(row, rows, reason)}.")


def sentence(benchmark, emulated):
    title = benchmark["title"]
    rows = [row for row in benchmark["rows"] if row["runs"]]
    if not rows:
        return f"{title}: no result."
    timed = [row for row in rows if _costs(row)]
    if not timed or emulated:
        return _by_counts(title, rows)
    row = _named(timed, lambda r: _costs(r)[0][0])
    share, reason, where = _costs(row)[0]
    if share[0] < WORTH_SAYING:
        return (f"{title}{_where(row, rows)}: exits hardly matter: the most expensive "
                f"reason, {reason}, takes {100 * share[0]:.1f} % of the vCPUs' time.")
    place = "to user space" if where == "userspace" else "in the handler"
    return (f"{title}{_where(row, rows)}: {_share(share)} of the vCPUs' time in "
            f"{reason} exits {place}{_remedy(row, rows, reason)}.")
