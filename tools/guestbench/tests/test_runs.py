# SPDX-License-Identifier: GPL-2.0-only
"""Running a plan with a fake executor; and child programs that end with guestbench."""
import io
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

from .. import machine, progress, runs
from ..messages import TOP
from .support import TestCase, eventually, program, read, write


class Place:
    """A fake executor: each run ends in the next of these states."""

    def __init__(self, *states):
        self.states, self.seen = list(states), []

    def run(self, path):
        self.seen.append(os.path.basename(path))
        state = self.states.pop(0)
        if state:
            write(f"{path}/state", state)


class Pending(TestCase):
    def setUp(self):
        super().setUp()
        write("m.conf", "accel = tcg", "repeats = 4", "benchmarks = cpu")
        for name in ("check", "cache_dir"):
            self.enterContext(mock.patch.object(machine, name,
                                                return_value=self.directory))
        self.enterContext(mock.patch.object(runs, "serve_signals"))

    def run_in(self, place, *options):
        with mock.patch.object(runs, "prepare", return_value=place):
            return self.command("--matrix", "m.conf", "--out", "o", *options)

    def test_each(self):
        """each run is executed, and completed runs are not repeated"""
        place = Place("done", "partial: so", "failed: so", None)
        status, _, err = self.run_in(place)
        self.assertEqual((status, place.seen), (1, ["0001", "0002", "0003", "0004"]))
        self.assertIn("run 3 of 4: failed: so, 0 s", err)
        self.assertIn("run 4 of 4: no result (the same command repeats it)", err)
        place = Place("done")
        self.run_in(place)
        self.assertEqual(place.seen, ["0004"])

    def test_retry(self):
        """--retry repeats partial and failed runs"""
        self.run_in(Place("done", "partial: so", "failed: so", "done"))
        write("o/runs/0002/guest.log", "old")
        os.makedirs("o/runs/0002/domain")
        place = Place("done", "done")
        self.run_in(place, "--retry")
        self.assertEqual(place.seen, ["0002", "0003"])
        self.assertFalse(os.path.exists("o/runs/0002/guest.log"))
        self.assertFalse(os.path.exists("o/runs/0002/domain"))

    def test_hopeless(self):
        """three failed runs in a row end the program"""
        place = Place("failed: so", None, "failed: so")
        status, _, err = self.run_in(place)
        self.assertEqual((status, len(place.seen)), (1, 3))
        self.assertIn("three runs in a row failed (see o/runs/0003)", err)
        self.assertEqual(list(pathlib.Path().glob("exitstat-guestbench.*")), [])

    def test_sweep(self):
        """the files of a killed instance are removed"""
        self.patch_environment(TMPDIR=self.directory)
        gone, alive = f"{runs.PREFIX}99999999.a", f"{runs.PREFIX}{os.getpid()}.b"
        os.mkdir(gone)
        os.mkdir(alive)
        self.run_in(Place("done", "done", "done", "done"))
        self.assertEqual([p for p in os.listdir() if p.startswith(runs.PREFIX)],
                         [alive])


class InLab(TestCase):
    def test_results(self):
        """the files from a lab are copied to the run, and the inner limit expires first"""
        write("m.conf", "accel = kvm", "benchmarks = cpu", "repeats = 1",
              "memory = 256", "disk-size = 2048", "timeout = 10")
        plan = self.plan()
        os.mkdir("job")
        lab = runs.Lab(self.directory, 2, SimpleNamespace(lab="svm"), plan,
                       {"LAB_KERNEL": "kernel"})
        command = " ".join(lab.command)
        self.assertIn(f"{TOP}/scripts/lab/lab --lab svm --kernel kernel", command)
        self.assertIn("--mem 2048 --timeout 340", command)
        for _ in range(2):
            with mock.patch.object(runs, "attend", self.attend):
                runs.run(lab, "p/runs/0001", "run 1 of 1", False)
        self.assertEqual(read("p/runs/0001/state"), "done\n")
        self.assertTrue(os.path.exists("p/runs/0001/domain/reasons"))
        self.assertFalse(os.path.exists("p/runs/0001/other"))
        self.assertEqual(read("job/run.d/label"), read("p/runs/0001/label"))

    def attend(self, command, keep=()):
        """A lab."""
        os.makedirs("out/domain")
        write("out/domain/reasons")
        write("out/state", "done")
        write("out/other")


# A guestbench whose QEMU does not end, without the products of image/parts.
SCRIPT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from guestbench import cli, machine, runs
machine.check = lambda *_: None
runs.make_parts = lambda *_: {"KERNEL": "/k", "ROOT": "/r"}
sys.exit(cli.main(sys.argv[1:]))
"""
RUN_ONE = """
echo $$ >"$TEST/pid"
exec sleep 1000
"""


class Interrupted(TestCase):
    def start(self, *prefix):
        """Start an instance that waits for a run."""
        write("m.conf", "accel = tcg", "repeats = 2", "benchmarks = cpu")
        program("host/run-one", RUN_ONE)
        os.makedirs("tmp")
        script = SCRIPT.replace("runs.make", f"runs.HERE = {self.directory!r}\n"
                                "runs.make")
        process = subprocess.Popen(
            [*prefix, sys.executable, "-B", "-c", script, f"{TOP}/tools", "--matrix", "m.conf",
             "--out", "o"], stderr=subprocess.PIPE, text=True, env={
                 **os.environ, "TEST": self.directory,
                 "TMPDIR": f"{self.directory}/tmp"})
        eventually(lambda: os.path.exists("pid") and read("pid"))
        return process

    def ended(self):
        return not os.path.exists(f"/proc/{read('pid').strip()}") or \
            not read(f"/proc/{read('pid').strip()}/cmdline")

    def test_signals(self):
        """an interrupt ends the run, and the same command continues"""
        for name, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143),
                             (signal.SIGHUP, 143)):
            with self.subTest(name), self.start() as process:
                process.send_signal(name)
                err = process.communicate()[1]
                self.assertEqual(process.returncode, status)
                self.assertIn("interrupted (the same command continues)\n", err)
                self.assertIn("run 1 of 2", err)
                eventually(self.ended)
                self.assertEqual(os.listdir("tmp"), [])
                os.unlink("pid")
                shutil.rmtree("tmp")

    def test_nohup(self):
        """an instance under nohup survives the loss of its terminal"""
        with self.start("env", "--ignore-signal=HUP") as process:
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGINT)
            process.communicate()
        self.assertEqual(process.returncode, 130)

    def test_killed(self):
        """killing an instance ends its run"""
        with self.start() as process:
            process.kill()
        eventually(self.ended)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class OneLine(TestCase):
    def shown(self, stream, wanted=True):
        """The output of Progress to a stream."""
        with mock.patch.object(sys, "stderr", stream), \
                progress.Progress("run 1 of 2", ".", wanted):
            if wanted and stream.isatty():
                eventually(stream.getvalue)
        return stream.getvalue()

    def test_terminal(self):
        """on a terminal one line is rewritten and removed at the end"""
        text = self.shown(Terminal())
        self.assertIn("guestbench: run 1 of 2: booting ... ", text)
        self.assertNotIn("\n", text)
        self.assertTrue(text.endswith(progress.CLEAR))

    def test_elsewhere(self):
        """without a terminal or with --quiet nothing is printed"""
        self.assertEqual(self.shown(io.StringIO()), "")
        self.assertEqual(self.shown(Terminal(), wanted=False), "")

    def test_where(self):
        """progress is taken from the guest's console"""
        self.assertEqual(progress.where_is("."), "booting")
        write("tasks", "a", "b")
        write("guest.log", "guestbench: begin a;", "guestbench: end a;",
              "guestbench: begin b;")
        self.assertEqual(progress.where_is("."), "benchmark 2 of 2")
