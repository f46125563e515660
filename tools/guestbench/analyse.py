# SPDX-License-Identifier: GPL-2.0-only
"""Report the runs in a guestbench directory: tables on standard output and in
report.txt, more details in report.html and report.json.

After writing the reports, raises Bad if some exit of a run is not in exactly one
window, if a run is partial, failed or has no result, or if a benchmark has no
score.
"""
import json
import os
from collections import Counter

from . import figures, matrix, page, results, tables, words
from .conffile import Bad
from .experiments import overhead

# The first letters of a recording's lab, and how they affect the figures.
EMULATED = ("emulates the processor: counts of exits carry over to hardware, "
            "times and scores do not")
LAB_NOTES = {
    "svm": EMULATED,
    "vmx": EMULATED,
    "kvm": "runs inside a virtual machine: exits take longer than on bare metal",
}


def notes(plan, runs):
    """Notes to be read before the tables."""
    for lab in sorted({run.recording.lab for run in runs} - {None}):
        yield f"The lab {lab} {LAB_NOTES.get(lab[:3], 'is unknown')}."
    waiting = sum(run.state is None for run in runs)
    yield f"runs: {len(runs) - waiting} of {len(runs)}"
    for run in runs:
        if run.state not in (None, "done"):
            yield f"run {os.path.basename(run.path)}: {run.state}"
    others = [run.recording.others for run in runs if run.recording.others]
    if others:
        yield (f"{sum(others):,} exits of other VMs on this machine ignored, in "
               f"{len(others)} of the runs")
    for name, why in plan["left_out"]:
        yield f"left out: {name}: {why}"
    if len({matrix.label(run.config) for run in runs}) > 1:
        yield words.RULE


def emulated(runs):
    """Whether times and scores are valid only in the lab."""
    return any(LAB_NOTES.get((run.recording.lab or "")[:3]) == EMULATED for run in runs)


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    except OSError as e:
        raise Bad(f"{path}: {e.strerror}") from None


def windows(runs):
    """The sums by window, to compare with the sum of the run."""
    return [{"run": os.path.basename(run.path), "state": run.state,
             "exits": run.recording.total, "others": run.recording.others,
             "windows": {n: w.nr_exits() for n, w in run.windows.items()},
             "problem": run.problem()} for run in runs]


def unfinished(runs, benchmarks):
    """The numbers of partial, failed and other runs, as one line; or None."""
    states = Counter((run.state or "without a result").partition(":")[0]
                     for run in runs)
    del states["done"]
    text = ", ".join(f"{nr} {state}" for state, nr in sorted(states.items()))
    if text:
        return f"{len(runs)} runs: {text} (--retry repeats them)"
    no_score = sum(sum(row["problems"].values())
                   for b in benchmarks for row in b["rows"])
    return f"{no_score} benchmark results have no score (see above)" \
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
