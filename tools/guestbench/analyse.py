# SPDX-License-Identifier: GPL-2.0-only
"""Tables of the runs in a directory of guestbench, to standard output and
report.txt; the same and more as report.html and report.json.

It raises Bad, after all that, if the exits of a run are not, each one, in one
window; or if a run is partial, failed or has no result, or one of its
benchmarks has no score.
"""
import json
import os
from collections import Counter

from . import figures, matrix, page, results, tables, words
from .conffile import Bad
from .experiments import overhead

# How a recording's lab begins, and what that means for the figures.
EMULATED = ("emulates the processor: counts of exits carry over to hardware, "
            "times and scores do not")
LAB_NOTES = {
    "svm": EMULATED,
    "vmx": EMULATED,
    "kvm": "runs in a virtual machine itself: exits cost more time than they "
           "would without",
}


def notes(plan, runs):
    """What a reader has to know before the tables."""
    for lab in sorted({run.recording.lab for run in runs} - {None}):
        yield f"The lab {lab} {LAB_NOTES.get(lab[:3], 'is not known')}."
    waiting = sum(run.state is None for run in runs)
    yield f"runs: {len(runs) - waiting} of {len(runs)}"
    for run in runs:
        if run.state not in (None, "done"):
            yield f"run {os.path.basename(run.path)}: {run.state}"
    others = [run.recording.others for run in runs if run.recording.others]
    if others:
        yield (f"{sum(others):,} exits of other VMs of this machine left out, in "
               f"{len(others)} of the runs")
    for name, why in plan["left_out"]:
        yield f"left out: {name}: {why}"
    if len({matrix.label(run.config) for run in runs}) > 1:
        yield words.RULE


def emulated(runs):
    """Whether times and scores stay where they were measured."""
    return any(LAB_NOTES.get((run.recording.lab or "")[:3]) == EMULATED for run in runs)


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    except OSError as e:
        raise Bad(f"{path}: {e.strerror}") from None


def windows(runs):
    """For whoever checks that the windows add up to the run."""
    return [{"run": os.path.basename(run.path), "state": run.state,
             "exits": run.recording.total, "others": run.recording.others,
             "windows": {n: w.nr_exits() for n, w in run.windows.items()},
             "problem": run.problem()} for run in runs]


def unfinished(runs, benchmarks):
    """How many runs are partial and so on, as one line; or None."""
    states = Counter((run.state or "without a result").partition(":")[0]
                     for run in runs)
    del states["done"]
    text = ", ".join(f"{nr} {state}" for state, nr in sorted(states.items()))
    if text:
        return f"of {len(runs)} runs: {text} (--retry runs them again)"
    no_score = sum(sum(row["problems"].values())
                   for b in benchmarks for row in b["rows"])
    return f"{no_score} times a benchmark has no score (see above)" \
        if no_score else None


def main(directory, exitstat):
    plan, runs = results.load(directory, exitstat)
    benchmarks = figures.collect(plan, runs)
    overhead.collect(benchmarks, runs)
    lab_times = emulated(runs)
    for b in benchmarks:
        b["words"] = words.sentence(b, lab_times)
    known = list(notes(plan, runs))
    text = "\n".join(tables.lines(plan, benchmarks, known, lab_times)) + "\n"
    sums = windows(runs)
    write(os.path.join(directory, "report.txt"), text)
    write(os.path.join(directory, "report.html"),
          "\n".join(page.lines(plan, benchmarks, known, lab_times)) + "\n")
    write(os.path.join(directory, "report.json"), json.dumps(
        {"seed": plan["seed"], "baseline": plan["baseline"], "notes": known,
         "carries_over": {f: f in figures.COUNTS or not lab_times
                          for f in figures.COUNTS + figures.TIMES},
         "runs": sums, "benchmarks": benchmarks}, indent=1) + "\n")
    print(text, end="")
    for s in sums:
        if s["problem"]:
            raise Bad(f"run {s['run']}: {s['problem']}")
    left = unfinished(runs, benchmarks)
    if left:
        raise Bad(left)
