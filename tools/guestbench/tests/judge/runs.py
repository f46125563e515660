#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What has to be true of a directory of guestbench's from a lab.

usage: runs.py DIR done       every run came to its end
       runs.py DIR windows    every exit is in one window, and ftrace saw
                                    as many (file "hist" of each run)
       runs.py DIR scores     each benchmark has a score, exits and times
       runs.py DIR ide        a write costs more exits on IDE
       runs.py DIR nested     a guest in the guest has the exits it must

Says what is not, and ends with status 1.
"""
import json
import re
import sys

sys.dont_write_bytecode = True

from nested import not_as_known  # noqa: E402


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


CHECKS = {"done": not_done, "windows": windows_differ, "scores": no_figures,
          "ide": ide_is_not_more, "nested": not_as_known}


def main(directory, check):
    try:
        with open(f"{directory}/report.json", encoding="utf-8") as f:
            report = json.load(f)
        wrong = list(CHECKS[check](directory, report))
    except (OSError, ValueError, KeyError) as e:
        wrong = [f"{type(e).__name__}: {e}"]
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in CHECKS:
        print(f"usage: runs.py DIR {'|'.join(CHECKS)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
