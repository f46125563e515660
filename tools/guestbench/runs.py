# SPDX-License-Identifier: GPL-2.0-only
"""Run the runs of a plan one by one, on this machine or in the nested guest of a
lab. A lab boots L1 for each run, so that a failure cannot affect completed runs."""
import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time

from . import machine
from .conffile import Bad
from .messages import HERE, TOP, say
from .process import attend, serve_signals
from .progress import Progress
from .results import state_of

# The files that a run leaves in its directory; those from "hist" on only in a lab.
RESULTS = ("guest.log", "record.log", "run.exitstat", "run.exitstat.part", "state",
           "tcg.samples", "hist", "job.log", "console.log", "domain",
           "libvirtd.log")
HOPELESS = 3        # consecutive failed runs
PREFIX = "exitstat-guestbench."


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def pending(path, retry):
    """Whether the run in directory @path must be run."""
    state = state_of(path)
    return state is None or retry and state != "done"


class Here:
    """Runs on this machine."""

    def __init__(self, work, lock, exitstat, parts):
        self.work, self.lock = work, lock
        self.environment = {
            "KERNEL": parts["KERNEL"], "INITRD": os.path.join(work, "initrd"),
            "ROOT": parts["ROOT"], "QCOW2": os.path.join(work, "empty.qcow2"),
            "EXITSTAT": exitstat, "RECORD": "--groups time",
            "WITH_PARENT": "setpriv --pdeathsig KILL", "TMPDIR": work}

    def run(self, path):
        attend([os.path.join(HERE, "host/run-one"), path], keep=(self.lock,),
               **self.environment)


class Lab:
    """Runs in the nested guest of a lab."""

    def __init__(self, work, lock, options, plan, parts):
        self.lock, self.job = lock, os.path.join(work, "job")
        self.out = os.path.join(work, "out")
        # The clock of an emulated L1 may be slower than the host's. The limit inside
        # must expire first: a lab that is killed from outside returns no files.
        limit = 4 * plan["asked"]["settings"]["timeout"] + 300
        self.command = [
            os.path.join(TOP, "scripts/lab/lab"), "--lab", options.lab,
            "--kernel", parts["LAB_KERNEL"], "--job", self.job, "--out", self.out,
            "--mem", str(machine.lab_memory(plan)), "--timeout", str(limit)]

    def run(self, path):
        target = os.path.join(self.job, "run.d")
        remove(target)
        remove(self.out)
        shutil.copytree(path, target)
        attend(self.command, keep=(self.lock,))
        for name in RESULTS:
            found = os.path.join(self.out, name)
            if os.path.isdir(found):
                shutil.copytree(found, os.path.join(path, name))
            elif os.path.exists(found):
                shutil.copy2(found, path)


@contextlib.contextmanager
def locked(options):
    """Hold a lock against other instances. Two on one machine would disturb each
    other's measurements and use the same port. Emulated labs have their own clocks,
    so there only the output directory is locked."""
    if options.lab in ("svm", "vmx"):
        lock = os.open(options.out, os.O_RDONLY)
    else:
        lock = os.open(os.path.join(machine.cache_dir(), ".lock-guestbench"),
                       os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Bad("another guestbench is running") from None
        yield lock
    finally:
        os.close(lock)


def sweep(directory):
    """Remove the files of an instance that was killed by SIGKILL."""
    for entry in os.scandir(directory):
        found = re.match(re.escape(PREFIX) + r"(\d+)\.", entry.name)
        if found and entry.stat(follow_symlinks=False).st_uid == os.geteuid() \
                and not os.path.exists(f"/proc/{found[1]}"):
            shutil.rmtree(entry.path, ignore_errors=True)


@contextlib.contextmanager
def work_directory(parent):
    sweep(parent)
    work = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}.", dir=parent)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def make_parts(plan, options, work, lock):
    """Run image/parts; return its output by name."""
    listed = os.path.join(work, "parts")
    with open(listed, "w", encoding="utf-8") as f:
        status = attend(
            [os.path.join(HERE, "image/parts"), work], keep=(lock,), stdout=f,
            LAB=options.lab, SERIES=options.series,
            DISK_MIB=str(plan["asked"]["settings"]["disk-size"]),
            LIBVIRT=str(int(machine.has_value(plan, "manager", "libvirt"))))
    if status:
        raise SystemExit(status)
    with open(listed, encoding="utf-8") as f:
        return dict(line.rstrip("\n").split("=", 1) for line in f)


def prepare(plan, options, exitstat, work, lock):
    """Return the object that executes runs."""
    parts = make_parts(plan, options, work, lock)
    if options.lab:
        return Lab(work, lock, options, plan, parts)
    return Here(work, lock, exitstat, parts)


def run(place, path, title, here):
    """Execute one run; return its state."""
    start = time.monotonic()
    for name in RESULTS:
        remove(os.path.join(path, name))
    with open(os.path.join(path, "label"), encoding="utf-8") as f:
        say(f"{title}: {f.read().strip()}")
    with Progress(title, path, here):
        place.run(path)
    state = state_of(path)
    say(f"{title}: {state or 'no result (the same command repeats it)'}, "
        f"{int(time.monotonic() - start)} s")
    return state


def run_each(place, paths, plan, options):
    """Execute runs until too many in a row have failed."""
    failed = 0
    for path in paths:
        nr = int(os.path.basename(path))
        state = run(place, path, f"run {nr} of {len(plan['runs'])}",
                    not options.lab)
        hopeless = state is None or state.startswith("failed")
        failed = failed + 1 if hopeless else 0
        if failed == HOPELESS:
            raise Bad("three runs in a row failed (see "
                      f"{path.removeprefix(TOP + '/')})")


def run_pending(plan, options, exitstat):
    """Execute the runs without a result; with --retry also partial and failed ones."""
    paths = [os.path.join(options.out, "runs", r["dir"]) for r in plan["runs"]]
    paths = [path for path in paths if pending(path, options.retry)]
    if not paths:
        return
    with locked(options) as lock:
        machine.check(plan, options.lab, options.out)
        serve_signals()
        with work_directory(machine.temporary()) as work:
            place = prepare(plan, options, exitstat, work, lock)
            run_each(place, paths, plan, options)
