# SPDX-License-Identifier: GPL-2.0-only
"""Compute figures from runs: means with 95 % confidence intervals, exits per
operation, and shares of time."""
import math
from collections import Counter, defaultdict
from statistics import mean, stdev

from . import benchmarks
from . import matrix
from .experiments import nesting

# Student's t for 95 %, two-sided, by degrees of freedom (not in the standard library).
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
       2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
       2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)

# The figures of a row. Counts carry over from an emulated processor to hardware, times
# do not.
COUNTS = ("exits_per_op", "reasons.exits", "reasons.per_op", "nesting")
TIMES = ("score", "ratio", "exits_per_s", "time", "reasons.per_s",
         "reasons.handler", "reasons.userspace")


def mean_ci(values):
    """(mean, half the interval). The interval of a single value is None; without
    values both are None."""
    n = len(values)
    if n < 2:
        return (float(values[0]) if values else None), None
    t = T95[min(n - 2, len(T95) - 1)]
    return float(mean(values)), t * stdev(values) / math.sqrt(n)


def ratio_ci(a, b, better):
    """(ratio, ci) of a to b, both (mean, ci); above 1 if a is better. The interval is
    the first-order error of a quotient, None if the divisor may be 0."""
    if a[0] is None or not b[0] or not a[0]:
        return None, None
    top, bottom = (a, b) if better == "higher" else (b, a)
    ratio = top[0] / bottom[0]
    if a[1] is None or b[1] is None or bottom[1] >= abs(bottom[0]):
        return ratio, None
    return ratio, ratio * math.hypot(a[1] / a[0], b[1] / b[0])


def apart(less, more):
    """Whether one (mean, ci) is significantly less than the other: their intervals do
    not overlap. A t-test of the difference is less strict, and would report too many
    differences where the largest of several is picked. None without intervals."""
    if less[1] is None or more[1] is None:
        return None
    return more[0] - less[0] > more[1] + less[1]


def split(window):
    """The shares of the vCPUs' time, which add up to 1; None without times."""
    total = window.elapsed_ns
    if not total:
        return None
    parts = {
        "guest": window.guest_ns,
        "handler": window.time("handler_ns"),
        "userspace": window.time("userspace_ns"),
        "halted": window.time("polling_ns") + window.time("blocked_ns"),
        "preempted": window.time("preempted_ns"),
    }
    return {name: ns / total for name, ns in parts.items()}


def one(run, task):
    """(result, None) for a benchmark of one run, or (None, reason)."""
    said = run.said.get(task.name)
    if said is None:
        return None, "not run"
    window = run.windows.get(task.name)
    if said.state != "done" or window is None:
        return None, said.state if said.state != "done" else "not recorded"
    score, operations = benchmarks.measure(task, said.output)
    if score is None:
        return None, "no score in its output"
    return {"score": score, "operations": operations, "window": window}, None


def _reasons(samples):
    """By reason: exits per second and per operation, and shares of time, each as
    (mean, ci). A run without the reason counts as 0."""
    exits = Counter()
    for s in samples:
        exits.update(s["window"].exits)

    def means(over, value):
        """The mean over the runs with a non-zero divisor."""
        return mean_ci([value(s) / over(s) for s in samples if over(s)])

    def time(reason, kind):
        return means(lambda s: s["window"].elapsed_ns, lambda s: s[
            "window"].times.get(reason, {}).get(kind, 0))
    return {reason: {
        "exits": exits[reason],
        "per_s": means(lambda s: s["window"].seconds,
                       lambda s: s["window"].exits[reason]),
        "per_op": means(lambda s: s["operations"],
                        lambda s: s["window"].exits[reason]),
        "handler": time(reason, "handler_ns"),
        "userspace": time(reason, "userspace_ns"),
    } for reason in sorted(exits, key=lambda r: (-exits[r], r))}


def _row(config, samples, problems):
    splits = [s for s in (split(x["window"]) for x in samples) if s]
    # Without KVM, exits are unavailable, not 0.
    counted = [] if config["accel"] != "kvm" else [
        (s["window"].nr_exits(), s) for s in samples]
    return {
        "config": config,
        "runs": len(samples),
        "score": mean_ci([s["score"] for s in samples]),
        "exits_per_op": mean_ci([n / s["operations"] for n, s in counted
                                 if s["operations"]]),
        "exits_per_s": mean_ci([n / s["window"].seconds for n, s in counted
                                if s["window"].seconds]),
        "time": {k: mean_ci([s[k] for s in splits])[0] for k in splits[0]}
                if splits else None,
        "reasons": _reasons(samples),
        "nesting": nesting.figures(samples),
        "problems": problems,
    }


def collect(plan, runs):
    """One entry per benchmark, with one row per configuration."""
    tasks, samples, problems = {}, defaultdict(list), defaultdict(Counter)
    for run in runs:
        for task in run.tasks:
            key = task.name, matrix.label(run.config)
            tasks.setdefault(task.name, {})[key[1]] = (run.config, task)
            if run.state is None:
                continue
            got, why = one(run, task)
            if got:
                samples[key].append(got)
            else:
                problems[key][why] += 1
    found = [_benchmark(plan, tasks[name].values(), samples, problems)
             for name in plan["benchmarks"]]
    nesting.relate(found)
    return found


def _benchmark(plan, ran, samples, problems):
    """ran: (configuration, task) for each row."""
    axes, rows = plan["asked"]["axes"], []
    for config, task in sorted(ran, key=lambda row: [
            values.index(row[0][name]) for name, values in reversed(axes.items())]):
        key = task.name, matrix.label(config)
        rows.append(_row(config, samples[key], dict(problems[key])))
    base = next((r for r in rows if r["config"] == plan["baseline"]), {})
    for row in rows:
        row["ratio"] = ratio_ci(row["score"], base.get("score", (None, None)),
                                task.better)
        if row is base and row["runs"]:
            row["ratio"] = 1.0, None
        row["label"] = matrix.label(row["config"], plan["baseline"])
    return {"name": task.name, "title": task.words, "family": task.family,
            "unit": task.unit, "better": task.better, "operation": task.operation,
            "rows": rows}
