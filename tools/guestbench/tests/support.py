# SPDX-License-Identifier: GPL-2.0-only
"""Shared parts of the tests: a directory for each test, a table of two benchmarks,
plans, a fake machine, and fake programs.

Test programs run in parallel on busy machines. A test keeps its files in its own
directory, takes a lock for anything shared (exclusive), and waits for events
(eventually), never for a fixed time.

BUILD: the output directory of "make -C tools/tests O=DIR"; by default out/unit of this
checkout, which is built first.
"""
import contextlib
import fcntl
import functools
import io
import math
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
from unittest import mock

from .. import benchmarks, cli, plan
from ..messages import HERE, TOP

GOLDEN = pathlib.Path(__file__).parent / "golden"
ENTRY = os.path.join(HERE, "guestbench")
RUN_ONE = os.path.join(HERE, "host/run-one")
PATIENCE = 120      # seconds until a test fails

TABLE = r"""
[disk]
family = file
tool = dd
before = echo {vcpus}
command = disk {mib} '{{a}}'
name = disk-{mib}m
words = file write of {mib} MiB
quick = mib=1
full = mib=1,16,64
score = rate (\S+)
unit = MiB/s
better = higher
operations = {mib} * 100
operation = KiB
[wait]
family = cpu
tool = sleep
marks = own
command = wait
name = wait
quick = n=1
full = n=1
score = took ([\d.]+)
unit = s
better = lower
operations = of (\d+)
operation = nap
""".lstrip()
MATRIX = """
bus = virtio ide
repeats = 3
benchmarks = disk cpu
accel = kvm tcg
""".lstrip()


@functools.cache
def build():
    """The directory with the test programs."""
    made = os.environ.get("BUILD")
    if not made:
        made = os.path.join(TOP, "out/unit")
        os.makedirs(made, exist_ok=True)
        subprocess.run(["flock", made, "make", "-s", "-C", f"{TOP}/tools/tests",
                        f"O={made}", f"-j{os.cpu_count()}"], check=True, stdout=2)
    return made


def exitstat():
    """The tool, built without sanitizers, since it is not under test here."""
    return os.path.join(build(), "nocairo/exitstat")


def read(path):
    return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")


def write(path, *lines):
    """Write a file with these lines."""
    pathlib.Path(path).write_text("".join(f"{line}\n" for line in lines),
                                  encoding="utf-8")


def edit(path, *pairs):
    """Replace each (old, new) in a file; old must be present."""
    text = read(path)
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new)
    pathlib.Path(path).write_text(text, encoding="utf-8")


def runs_of(directory="p"):
    """The run directories of a plan."""
    return sorted(pathlib.Path(directory, "runs").iterdir())


def ran(*command, **environment):
    """A completed process with its output."""
    return subprocess.run(command, check=False, capture_output=True, text=True,
                          env={**os.environ, **environment})


def program(path, text):
    """Write a shell script that stands in for another program."""
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    write(path, "#!/bin/sh", text)
    os.chmod(path, 0o755)


def eventually(true):
    """Wait until the condition is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"still not so after {PATIENCE} s"
        time.sleep(0.02)


def limited(run):
    """run(LIMIT) with growing limits in seconds, until the run prints what the test
    waits for before the limit ends it."""
    for limit in (1, 8):
        with contextlib.suppress(AssertionError):
            return run(limit)
    return run(64)


@contextlib.contextmanager
def exclusive(name):
    """Hold a resource of the machine, such as a port, also against tests of other
    checkouts."""
    path = f"/tmp/exitstat-test-{name}.lock"
    if not os.path.exists(path):
        with open(path, "w", encoding="ascii"):
            os.chmod(path, 0o666)
    with open(path, encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def planning(matrix="m.conf", out="p", seed="-", table="table.conf"):
    """The options for planning."""
    return ("--plan", "--matrix", matrix, "--out", out, "--seed", seed,
            "--table", table)


def shipped(name):
    """The same for a shipped matrix and the shipped table."""
    return planning(f"{HERE}/matrix/{name}.conf", "s", 1, benchmarks.TABLE)


class TestCase(unittest.TestCase):
    """Run each test in its own directory, with the table and its matrix. Programs in
    its bin/ come first in PATH."""
    maxDiff = None

    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(contextlib.chdir(self.directory))
        self.patch_environment(LC_ALL="C", XDG_CACHE_HOME=f"{self.directory}/cache",
                               EXITSTAT=exitstat(),
                               PATH=f"{self.directory}/bin:{os.environ['PATH']}")
        write("table.conf", TABLE.rstrip())
        write("m.conf", MATRIX.rstrip())

    def patch_environment(self, **values):
        self.enterContext(mock.patch.dict(os.environ, values))

    def close(self, a, b):
        self.assertTrue(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), (a, b))

    def command(self, *args):
        """(status, standard output, standard error) of guestbench."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = cli.main([str(arg) for arg in args])
            except SystemExit as e:
                status = e.code
        return status, out.getvalue(), err.getvalue()

    def report(self, directory="p", tool=None):
        """The same for --report."""
        with mock.patch.dict(os.environ, EXITSTAT=tool or exitstat()):
            return self.command("--report", "--out", directory)

    def succeeds(self, *args):
        """Its standard error, after a success."""
        status, out, err = self.command(*args)
        self.assertEqual(status, 0, out + err)
        return err

    def refused(self, text, *args, status=1):
        """Require this status and an error of one line with this text."""
        found, _, err = self.command(*args)
        self.assertIn(text, err)
        self.assertEqual(found, status)
        self.assertEqual(err.count("\n"), 1, err)

    def plan(self, directory="p", matrix="m.conf", seed=7, table="table.conf"):
        """Make a new plan."""
        shutil.rmtree(directory, ignore_errors=True)
        with contextlib.redirect_stderr(io.StringIO()):
            return plan.main(matrix, directory, str(seed), table)


class Machine(TestCase):
    """Tests that record: on a fake machine without VMs, with counting off."""

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.directory, "root")
        kernel = root / "sys/kernel"
        for directory in (kernel / "debug/kvm_exit_stats", kernel / "kvm_exit_stats",
                          root / "proc/sys/kernel"):
            directory.mkdir(parents=True)
        write(root / "proc/sys/kernel/osrelease", "6.12.0-fake")
        write(root / "proc/cpuinfo", "processor\t: 0", "model name\t: Fake CPU")
        write(kernel / "kvm_exit_stats/count", 0)
        write(kernel / "kvm_exit_stats/version", 1)
        subprocess.run([os.path.join(build(), "mksnap"),
                        kernel / "debug/kvm_exit_stats/snapshot"], input=b"\n",
                       check=True)
        write("initrd")
        os.truncate("initrd", 0)
        os.mkdir("tmp")
        self.patch_environment(EXITSTAT_ROOT=str(root))
        self.environment = {
            "KERNEL": "/k", "INITRD": f"{self.directory}/initrd", "ROOT": "/r",
            "QCOW2": "/q", "QEMU": f"{self.directory}/qemu",
            "TMPDIR": f"{self.directory}/tmp"}

    def popen(self, path="p/runs/0001", start_new_session=False, **environment):
        """Start run-one."""
        return subprocess.Popen(
            [RUN_ONE, path], stderr=subprocess.PIPE, text=True,
            start_new_session=start_new_session,
            env={**os.environ, **self.environment, **environment})

    def comes_to(self, state, path="p/runs/0001", **environment):
        """Require that run-one ends with a state that matches this regular expression
        and leaves no temporary files."""
        with self.popen(path, **environment) as process:
            err = process.communicate()[1]
        self.assertRegex(read(f"{path}/state"), rf"\A{state}\n\Z", err)
        self.assertEqual(process.returncode, int(state.startswith("failed")), err)
        self.assertEqual(os.listdir("tmp"), [])
        return err
