# SPDX-License-Identifier: GPL-2.0-only
"""The results of a run: the guest's output and the recording, joined by the name of
the window."""
import json
import os
from collections import namedtuple

from . import benchmarks, recording
from .conffile import Bad
from .matrix import NATIVE
from .recording import Recording, Window

# The guest's output for one benchmark. state: "done", or why there is no score.
Said = namedtuple("Said", "state output")


class Run:
    """plan: its entry in plan.json; state: the state that run-one wrote, None if the
    run has not ended."""

    def __init__(self, plan, directory, exitstat):
        self.config, self.repeat = plan["config"], plan["repeat"]
        self.tasks = [benchmarks.Task(**t) for t in plan["tasks"]]
        self.path = os.path.join(directory, "runs", plan["dir"])
        self.state = state_of(self.path)
        self.said = parse_log(text_of(self.path, "guest.log"))
        self.recording = Recording()
        if self.config["accel"] == NATIVE:
            self.recording.windows = {task.name: Window() for task in self.tasks}
        path = os.path.join(self.path, "run.exitstat")
        if self.state and os.path.exists(path):
            self.recording = recording.read(path, exitstat)

    @property
    def windows(self):
        return self.recording.windows

    def problem(self):
        """Why the exits of the windows (by reason) do not add up to those of the run
        (by vCPU), or None."""
        in_windows = sum(w.nr_exits() for w in self.windows.values())
        known = {"boot"}
        for task in self.tasks:
            known |= {task.name, f"after {task.name}"}
        stray = [name for name, w in self.windows.items()
                 if name not in known and w.nr_exits()]
        if stray:
            return f"exits in no window of the plan: {stray[0] or 'no phase'}"
        if in_windows != self.recording.total:
            return f"{in_windows} exits in windows, {self.recording.total} in the run"
        return None


def text_of(directory, name):
    """The content of a file of a run, empty if it does not exist."""
    try:
        with open(os.path.join(directory, name), encoding="utf-8",
                  errors="replace") as f:
            return f.read()
    except (FileNotFoundError, IsADirectoryError):
        return ""


def state_of(directory):
    """The state that run-one wrote at the end of the run: "done", "partial: WHY" or
    "failed: WHY"; None if the run has not ended or the file is damaged."""
    line, newline, _ = text_of(directory, "state").partition("\n")
    known = line == "done" or line.startswith(("partial: ", "failed: "))
    return line if known and newline else None


def _ended(status, output):
    if status == "0":
        return "done"
    if status == "124":                 # of timeout
        return "exceeded its time limit"
    last = [line for line in output if line.strip(" -")][-1:]
    return ": ".join([f"ended with status {status}", *last])[:70]


def parse_log(text):
    """The runner's output by benchmark (guest/windows.sh lists its lines)."""
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
            said[name] = Said("the guest stopped before its end", "")
            output = []
        elif word == "missing":
            said[name] = Said(f"{rest[1]} is missing from the guest's image", "")
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
