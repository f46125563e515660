# SPDX-License-Identifier: GPL-2.0-only
"""What a run left behind: its guest's output and its recording, brought together
by the name of the window."""
import csv
import json
import os
import subprocess
from collections import Counter, namedtuple

from . import benchmarks
from .experiments import nesting
from .conffile import Bad
from .matrix import NATIVE
from .qemu import NAME

TIMES = ("handler_ns", "userspace_ns", "polling_ns", "blocked_ns",
         "preempted_ns")

# What the guest said of one benchmark. state: "done", or why there is no score.
Said = namedtuple("Said", "state output")


class Window:
    """Exits and times between two markers, of all vCPUs."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.exits, self.returns = Counter(), Counter()     # by reason
        self.times = {}                 # reason: Counter of TIMES
        self.elapsed_ns = self.guest_ns = 0
        self.contexts = nesting.Contexts()

    def nr_exits(self):
        return sum(self.exits.values())

    def time(self, kind):
        return sum(t[kind] for t in self.times.values())


class Run:
    """plan: of plan.json; state: of run-one, None if it has not ended."""

    def __init__(self, plan, directory, exitstat):
        self.config, self.repeat = plan["config"], plan["repeat"]
        self.tasks = [benchmarks.Task(**t) for t in plan["tasks"]]
        self.path = os.path.join(directory, "runs", plan["dir"])
        self.state = state_of(self.path)
        self.said = parse_log(_text(self.path, "guest.log"))
        self.windows, self.lab, self.has_time = {}, None, False
        self.total = self.others = 0
        if self.config["accel"] == NATIVE:
            self.windows = {task.name: Window() for task in self.tasks}
        recording = os.path.join(self.path, "run.exitstat")
        if self.state and os.path.exists(recording):
            self._read(Recording(recording, exitstat))

    def _read(self, recording):
        report = recording.report()
        self.lab = report["recording"]["lab"]
        self.has_time = "time" in report["recording"]["groups"].split(",")
        for v in report["vcpus"]:
            if v["guest"] == NAME:
                self.total += v["exits"]
            else:
                self.others += v["exits"]
        for p in report["phases"]:
            end = p["end_s"] if p["end_s"] is not None else p["begin_s"]
            self.windows[p["name"]] = Window(end - p["begin_s"])
        for row in recording.rows("exits"):
            w = self._window(row)
            n = int(row["l1"]) + int(row["l2"] or 0)
            w.exits[row["reason"]] += n
            w.contexts.add(row)
            w.returns[row["reason"]] += int(row["userspace"] or 0)
        if self.has_time:
            self._read_time(recording)

    def _window(self, row):
        return self.windows.setdefault(row["phase"], Window())

    def _read_time(self, recording):
        for row in recording.rows("vcpu-time"):
            w = self._window(row)
            w.elapsed_ns += int(row["elapsed_ns"])
            w.guest_ns += int(row["guest_ns"])
        for row in recording.rows("time"):
            t = self._window(row).times.setdefault(row["reason"], Counter())
            for kind in TIMES:
                t[kind] += int(row[kind] or 0)

    def problem(self):
        """Why the windows are not the run, or None. The sums come from two
        commands: export, row by row, and report, by vCPU."""
        in_windows = sum(w.nr_exits() for w in self.windows.values())
        known = {"boot"}
        for task in self.tasks:
            known |= {task.name, f"after {task.name}"}
        stray = [name for name, w in self.windows.items()
                 if name not in known and w.nr_exits()]
        if stray:
            return f"exits in no window of the plan: {stray[0] or 'no phase'}"
        if in_windows != self.total:
            return f"{in_windows} exits in windows, {self.total} in the run"
        return None


class Recording:
    def __init__(self, path, exitstat):
        self.path, self.exitstat = path, exitstat

    def _run(self, *args):
        try:
            p = subprocess.run([self.exitstat, *args, self.path], check=False,
                               capture_output=True, text=True)
        except OSError as e:
            raise Bad(f"{self.exitstat}: {e.strerror} (make all)") from None
        if p.returncode:
            raise Bad(p.stderr.strip().splitlines()[-1] if p.stderr
                      else f"{self.path}: exitstat {args[0]} failed")
        return p.stdout

    def report(self):
        return json.loads(self._run("report", "-j"))

    def phases(self):
        """As they are in the file: ns of CLOCK_MONOTONIC."""
        return json.loads(self._run("export", "--format", "json"))["phases"]

    def rows(self, table):
        """Of the guest: not those of other VMs of this machine."""
        text = self._run("export", "--table", table)
        return (r for r in csv.DictReader(text.splitlines())
                if r["name"] == NAME)


def _text(directory, name):
    try:
        with open(os.path.join(directory, name), encoding="utf-8",
                  errors="replace") as f:
            return f.read()
    except (FileNotFoundError, IsADirectoryError):
        return ""


def state_of(directory):
    """What run-one wrote at the end of the run in this directory: "done", or
    "partial: WHY" or "failed: WHY"; None if it has not ended, or that is damaged."""
    line, newline, _ = _text(directory, "state").partition("\n")
    known = line == "done" or line.startswith(("partial: ", "failed: "))
    return line if known and newline else None


def _ended(status, output):
    if status == "0":
        return "done"
    if status == "124":                 # of timeout
        return "did not end in its time"
    last = [line for line in output if line.strip(" -")][-1:]
    return ": ".join([f"ended with status {status}", *last])[:70]


def parse_log(text):
    """What the runner said, by benchmark (guest/runner lists its lines)."""
    said, output, mark = {}, [], "guestbench: "
    for line in text.splitlines():
        line = line.rstrip("\r")
        if line.startswith("| "):
            output.append(line[2:])
        if not line.startswith(mark) or not line.endswith(";"):
            continue
        word, *rest = line[len(mark):-1].split(" ")
        if not rest:
            continue
        name, printed = rest[0], "\n".join(output)
        if word == "begin":
            said[name] = Said("the guest did not end it", "")
            output = []
        elif word == "missing":
            said[name] = Said(f"{rest[1]} is not in the guest's image", "")
        elif word == "before":
            said[name] = Said(f"its preparation ended with status {rest[1]}",
                              printed)
            output = []
        elif word == "status":
            said[name] = Said(_ended(rest[1], output), printed)
            output = []
    return said


def load(directory, exitstat):
    path = os.path.join(directory, "plan.json")
    try:
        with open(path, encoding="utf-8") as f:
            plan = json.load(f)
        return plan, [Run(r, directory, exitstat) for r in plan["runs"]]
    except OSError as e:
        raise Bad(f"{path}: {e.strerror} (run guestbench without --report)"
                  ) from None
    except (ValueError, KeyError, TypeError):
        raise Bad(f"{path}: not a plan") from None
