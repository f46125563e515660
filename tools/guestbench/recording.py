# SPDX-License-Identifier: GPL-2.0-only
"""Read a recording by window: the only module that runs exitstat.

Other modules call only read(). It returns the exits of the guest, which it finds by
name, and the number of exits of other VMs. A window is a phase of the recording;
exitstat-report(1) describes the report.
"""
import json
import subprocess
from collections import Counter

from .conffile import Bad
from .qemu import NAME

TIMES = ("handler_ns", "userspace_ns", "polling_ns", "blocked_ns",
         "preempted_ns", "sleeping_ns")


class Contexts:
    """The exits of one window by context, as seen by the recorded KVM; each is a
    Counter of reasons."""

    def __init__(self):
        self.l1, self.l2, self.reflected = Counter(), Counter(), Counter()
        self.knows_reflected = True

    def add(self, reason, l1, l2, reflected):
        """None: not recorded."""
        self.l1[reason] += l1
        self.l2[reason] += l2 or 0
        self.reflected[reason] += reflected or 0
        self.knows_reflected &= reflected is not None


class Window:
    """Exits and times of all vCPUs between two markers. begin_ns and end_ns are
    CLOCK_MONOTONIC, 0 if the marker did not appear."""

    def __init__(self):
        self.seconds = 0.0
        self.begin_ns = self.end_ns = 0
        self.exits = Counter()          # by reason
        self.times = {}                 # reason: Counter of TIMES
        self.elapsed_ns = self.guest_ns = 0
        self.contexts = Contexts()

    def add(self, phase):
        """Add a phase of the guest."""
        for r in phase["by_reason"]:
            self.exits[r["name"]] += r["exits"]
            self.contexts.add(r["name"], r["l1"], r["l2"], r["reflected"])
        if phase["elapsed_ns"] is None:     # the group time was off
            return
        self.elapsed_ns += phase["elapsed_ns"]
        self.guest_ns += phase["guest_ns"]
        for r in phase["by_reason"]:
            self.times.setdefault(r["name"], Counter()).update(
                {kind: r[kind] for kind in TIMES})

    def nr_exits(self):
        return sum(self.exits.values())

    def time(self, kind):
        return sum(t[kind] for t in self.times.values())


class Recording:
    """lab: the lab of the recording, None outside a lab; total: the guest's exits;
    others: exits of other VMs; windows: by name."""

    def __init__(self):
        self.lab, self.windows = None, {}
        self.total = self.others = 0

    def window(self, name):
        return self.windows.setdefault(name, Window())

    def add(self, report):
        self.lab = report["recording"]["lab"]
        for v in report["vcpus"]:
            if v["guest"] == NAME:
                self.total += v["exits"]
            else:
                self.others += v["exits"]
        for p in report["phases"]:
            window = self.window(p["name"])
            window.seconds += p["takes_s"]
            window.begin_ns, window.end_ns = p["begin_ns"], p["end_ns"] or 0
        for vm in report["vms"]:
            for p in vm["phases"] if vm["guest"] == NAME else ():
                self.window(p["name"]).add(p)


def _report(path, exitstat):
    try:
        p = subprocess.run([exitstat, "report", "-j", path], check=False,
                           capture_output=True, text=True)
    except OSError as e:
        raise Bad(f"{exitstat}: {e.strerror} (make all)") from None
    if p.returncode:
        raise Bad(p.stderr.strip().splitlines()[-1] if p.stderr
                  else f"{path}: exitstat report failed")
    return json.loads(p.stdout)


def read(path, exitstat):
    """The Recording of a file."""
    recording = Recording()
    try:
        recording.add(_report(path, exitstat))
    except (ValueError, KeyError, TypeError):
        raise Bad(f"{path}: cannot parse the report of {exitstat} (is it another "
                  "version?)") from None
    return recording
