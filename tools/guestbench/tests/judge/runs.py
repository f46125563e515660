# SPDX-License-Identifier: GPL-2.0-only
"""Checks of all runs of a lab. Each function yields the failures for a guestbench
directory and its report."""
import re


def not_done(_, report):
    if not report["runs"]:
        return ["no runs"]
    return [f"run {r['run']}: {r['state'] or 'no result'}" for r in report["runs"]
            if r["state"] != "done"]


def ftrace_hits(path):
    with open(path, encoding="utf-8") as f:
        totals = dict(re.findall(r"^\s+(Hits|Dropped): (\d+)$", f.read(), re.M))
    if totals["Dropped"] != "0":
        raise ValueError(f"{path}: dropped {totals['Dropped']}")
    return int(totals["Hits"])


def windows_differ(directory, report):
    for run in report["runs"]:
        seen = ftrace_hits(f"{directory}/runs/{run['run']}/hist")
        total = sum(run["windows"].values())
        if run["problem"]:
            yield f"run {run['run']}: {run['problem']}"
        if not total or total != run["exits"] or total != seen:
            yield (f"run {run['run']}: {total} exits in windows, {run['exits']} "
                   f"in the run, {seen} by ftrace")


def no_figures(_, report):
    for benchmark in report["benchmarks"]:
        for row in benchmark["rows"]:
            what = f"{benchmark['name']}, {row['label']}"
            if not row["runs"] or not row["score"][0]:
                yield f"{what}: no score: {row['problems']}"
            elif not row["exits_per_op"][0] or not row["exits_per_s"][0]:
                yield f"{what}: no exits"
            elif not row["time"] or abs(sum(row["time"].values()) - 1) > 0.01:
                yield f"{what}: times do not add up: {row['time']}"


def ide_is_not_more(_, report):
    writes = [b for b in report["benchmarks"] if b["name"].startswith("file-write")]
    if not writes:
        yield "no write"
    for benchmark in writes:
        by_label = {r["label"]: r["exits_per_op"][0] for r in benchmark["rows"]}
        ide, virtio = by_label["bus=ide"], by_label["baseline"]
        if not ide or not virtio or ide <= virtio:
            yield f"{benchmark['name']}: exits per MiB: {by_label}"

