# SPDX-License-Identifier: GPL-2.0-only
"""A recording, by window: the only place that runs exitstat and reads its output.

read() is all that others call. What it returns is of the guest, which is known by
its name: other VMs of the machine are counted, and left out.
"""
import csv
import json
import subprocess
from collections import Counter

from .conffile import Bad
from .qemu import NAME

TIMES = ("handler_ns", "userspace_ns", "polling_ns", "blocked_ns",
         "preempted_ns")


class Contexts:
    """Exits of one window by the context in which they occurred, as the KVM that is
    recorded sees it, each a Counter of reasons."""

    def __init__(self):
        self.l1, self.l2, self.reflected = Counter(), Counter(), Counter()
        self.knows_reflected = True

    def add(self, reason, l1, l2, reflected):
        """None: the recording does not have it."""
        self.l1[reason] += l1
        self.l2[reason] += l2 or 0
        self.reflected[reason] += reflected or 0
        self.knows_reflected &= reflected is not None


class Window:
    """Exits and times between two markers, of all vCPUs. begin_ns and end_ns: of
    CLOCK_MONOTONIC, 0 unless they were asked for."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.begin_ns = self.end_ns = 0
        self.exits = Counter()          # by reason
        self.times = {}                 # reason: Counter of TIMES
        self.elapsed_ns = self.guest_ns = 0
        self.contexts = Contexts()

    def nr_exits(self):
        return sum(self.exits.values())

    def time(self, kind):
        return sum(t[kind] for t in self.times.values())


class Recording:
    """lab: where it was made, None outside of one; total: the guest's exits;
    others: those of other VMs; windows: by name."""

    def __init__(self):
        self.lab, self.windows = None, {}
        self.total = self.others = 0

    def window(self, name):
        return self.windows.setdefault(name, Window())


def _run(exitstat, path, *args):
    try:
        p = subprocess.run([exitstat, *args, path], check=False,
                           capture_output=True, text=True)
    except OSError as e:
        raise Bad(f"{exitstat}: {e.strerror} (make all)") from None
    if p.returncode:
        raise Bad(p.stderr.strip().splitlines()[-1] if p.stderr
                  else f"{path}: exitstat {args[0]} failed")
    return p.stdout


def _rows(exitstat, path, table):
    text = _run(exitstat, path, "export", "--table", table)
    return (r for r in csv.DictReader(text.splitlines()) if r["name"] == NAME)


def _number(text):
    return int(text) if text else None


def _add_report(recording, report):
    recording.lab = report["recording"]["lab"]
    for v in report["vcpus"]:
        if v["guest"] == NAME:
            recording.total += v["exits"]
        else:
            recording.others += v["exits"]
    for p in report["phases"]:
        end = p["end_s"] if p["end_s"] is not None else p["begin_s"]
        recording.windows[p["name"]] = Window(end - p["begin_s"])


def _add_exits(recording, rows):
    for row in rows:
        l1, l2, reflected = (_number(row[c]) for c in ("l1", "l2", "l2_reflected"))
        window = recording.window(row["phase"])
        window.exits[row["reason"]] += l1 + (l2 or 0)
        window.contexts.add(row["reason"], l1, l2, reflected)


def _add_times(recording, vcpus, reasons):
    for row in vcpus:
        window = recording.window(row["phase"])
        window.elapsed_ns += int(row["elapsed_ns"])
        window.guest_ns += int(row["guest_ns"])
    for row in reasons:
        times = recording.window(row["phase"]).times.setdefault(
            row["reason"], Counter())
        for kind in TIMES:
            times[kind] += _number(row[kind]) or 0


def _add_clock(recording, phases):
    for p in phases:
        window = recording.window(p["name"])
        window.begin_ns, window.end_ns = p["begin_ns"], p["end_ns"] or 0


def _read(path, exitstat, clock):
    recording = Recording()
    report = json.loads(_run(exitstat, path, "report", "-j"))
    _add_report(recording, report)
    _add_exits(recording, _rows(exitstat, path, "exits"))
    if "time" in report["recording"]["groups"].split(","):
        _add_times(recording, _rows(exitstat, path, "vcpu-time"),
                   _rows(exitstat, path, "time"))
    if clock:
        _add_clock(recording, json.loads(
            _run(exitstat, path, "export", "--format", "json"))["phases"])
    return recording


def read(path, exitstat, clock=False):
    """The Recording of a file. clock: also when its windows were."""
    try:
        return _read(path, exitstat, clock)
    except (ValueError, KeyError, TypeError):
        raise Bad(f"{path}: what {exitstat} prints of it is not understood (another "
                  "version?)") from None
