# SPDX-License-Identifier: GPL-2.0-only
"""Plans: written to a directory, continued and repaired."""
import os
import pathlib
import shutil

from .. import benchmarks
from ..messages import TOP
from ..plan import PHASES_MAX
from .support import (TABLE, Machine, TestCase, exitstat, planning, ran, read,
                      runs_of, shipped, write)


class Planned(TestCase):
    def test_run(self):
        """a run is planned with its tasks, windows and machine"""
        self.plan()
        self.assertEqual(read("p/runs/0001/tasks"),
                         "disk-1m\tdd\taround\techo 1\tdisk 1 '{a}'\n"
                         "wait\tsleep\town\t:\twait\n")
        self.assertEqual(read("p/runs/0001/phases.conf").splitlines(), [
            "boot:", "disk-1m: guestbench: begin disk-1m;",
            "after disk-1m: guestbench: end disk-1m;",
            "wait: guestbench: begin wait;", "after wait: guestbench: end wait;"])
        ide = [path for path in runs_of() if "bus=ide" in read(path / "label")]
        self.assertEqual(len(ide), 3)
        for path in ide:
            self.assertIn("ide-hd,drive=data", read(path / "args").splitlines())

    def test_native(self):
        """a native run has its CPUs, another run its arguments"""
        write("n.conf", "vcpus = 2", "accel = native", "benchmarks = cpu")
        self.plan(matrix="n.conf")
        self.assertEqual(read("p/runs/0001/native"), "2\n")
        self.assertFalse(os.path.exists("p/runs/0001/args"))
        write("n.conf", "accel = kvm", "benchmarks = cpu")
        self.plan(matrix="n.conf")
        self.assertFalse(os.path.exists("p/runs/0001/native"))
        self.assertIn("-kernel", read("p/runs/0001/args"))

    def test_order(self):
        """each repeat has every guest, in an order set by the seed"""
        orders = []
        for seed in (1, 2, 1, 2):
            self.plan(seed=seed)
            order = [read(run / "label").rstrip().split(", repeat ")
                     for run in runs_of()]
            self.assertEqual([nr for _, nr in order], list("111222333"))
            self.assertEqual(len(set(map(tuple, order))), 9)
            orders.append(order)
        self.assertEqual(orders[:2], orders[2:])
        self.assertNotEqual(*orders[:2])

    def test_slow(self):
        """a benchmark that takes too long is stopped"""
        write("each.conf", read("m.conf"), "each = 1")
        write("slow.table", TABLE.replace(
            "command = wait", 'command = echo here; sleep 7 | cat; echo "{vcpus}"'))
        self.plan(matrix="each.conf", table="slow.table")
        _, _, _, _, command = read("p/runs/0001/tasks").splitlines()[1].split("\t")
        found = ran("bash", "-o", "pipefail", "-c", command)
        self.assertEqual((found.returncode, found.stdout), (124, "here\n"))
        write("p/runs/0001/guest.log", "guestbench: begin wait;",
              "guestbench: end wait;", "guestbench: status wait 124 1;")
        write("p/runs/0001/state", "done")
        self.refused("9 runs: 8 without a result", "--report", "--out", "p")
        self.assertIn("exceeded its time limit", read("p/report.txt"))


class Phases(Machine):
    """Phases are checked by exitstat, which refuses invalid ones."""

    def record(self, path):
        """The error of the tool; nothing if it accepts the phases."""
        return ran(exitstat(), "record", "-q", "--force", "--phases", path, "-o", "x",
                   "--", "true").stderr

    def accepted(self, paths):
        for path in paths:
            pathlib.Path("x").unlink(missing_ok=True)
            self.assertEqual(self.record(path), "")
            self.assertTrue(os.path.exists("x"))

    def test_limit(self):
        """the tool accepts as many phases as a plan uses, and no more"""
        lines = [f"p{nr}: x{nr}" for nr in range(PHASES_MAX)]
        write("most.conf", *lines)
        self.accepted(["most.conf"])
        write("more.conf", *lines, "more: x")
        self.assertIn(f"more.conf:{PHASES_MAX + 1}: more than {PHASES_MAX} phases",
                      self.record("more.conf"))
        self.assertIn(f"up to {PHASES_MAX} of them",
                      read(f"{TOP}/docs/man/exitstat-recording.5"))

    def test_shipped(self):
        """the shipped matrices make windows that exitstat accepts"""
        self.plan()
        self.accepted(pathlib.Path("p").glob("runs/*/phases.conf"))
        write("file.conf", "size = full", "benchmarks = file", "repeats = 1")
        self.succeeds(*planning("file.conf", "s", 1, benchmarks.TABLE))
        fullest = read("s/runs/0001/phases.conf").count("\n")
        self.assertTrue(PHASES_MAX // 2 < fullest < PHASES_MAX, fullest)
        tasks = [read(p) for p in pathlib.Path("s").glob("runs/*/tasks")]
        self.assertGreater("".join(tasks).count("\n"), PHASES_MAX // 2)
        self.accepted(pathlib.Path("s").glob("runs/*/phases.conf"))
        for size in ("quick", "nested", "full"):
            shutil.rmtree("s")
            self.succeeds(*shipped(size))
            self.accepted([f"s/runs/000{nr}/phases.conf" for nr in (1, 2)
                           if os.path.exists(f"s/runs/000{nr}")])
        self.assertIn("\nfile-", read("s/runs/0001/tasks") + read("s/runs/0002/tasks"))


class Continued(TestCase):
    def same(self, a, b):
        """Require that two directories have the same files."""
        self.assertEqual(ran("diff", "-r", a, b).stdout, "")

    def test_continues(self):
        """a plan is continued only with the same matrix"""
        self.plan()
        write("p/runs/0001/state", "done")
        shutil.copytree("p", "before")
        self.assertIn("9 runs, seed 7, continued",
                      self.succeeds(*planning()))
        self.same("before", "p")
        self.refused("planned with the seed 7", *planning(seed=8))
        write("other.conf", read("m.conf").replace("repeats = 3", "repeats = 2"))
        self.refused("planned from another matrix", *planning("other.conf"))
        self.same("before", "p")
        os.mkdir("mine")
        write("mine/file")
        self.refused("mine: not empty", *planning(out="mine"))
        write("p/plan.json", "{")
        self.refused("p/plan.json: not a plan", *planning())

    def test_bad_directory(self):
        """an impossible directory is refused"""
        write("file")
        for text, name in (("file/plan.json: Not a directory", "file"),
                           ("Not a directory", "file/p"),
                           ("File name too long", "0" * 300)):
            self.refused(text, *planning(out=name, seed=1))

    def test_damaged(self):
        """a damaged plan is refused and left unchanged"""
        self.plan()
        good = read("p/plan.json")
        cut = "".join(good.splitlines(keepends=True)[:39])
        for text, bad in (
                ("p/plan.json: not a plan", cut),
                ("p/plan.json: damaged", good.replace('"repeat": 2', '"repeat": 1')),
                ("p/plan.json: not a plan", good.replace('"seed": 7', '"seed": []')),
                ("p/plan.json: damaged", good.replace('"seed": 7', '"seed": 8'))):
            with self.subTest(text, bad=bad[-40:]):
                self.assertNotEqual(bad, good)
                pathlib.Path("p/plan.json").write_text(bad, encoding="utf-8")
                self.refused(text, *planning())
                self.assertEqual(read("p/plan.json"), bad)

    def test_mended(self):
        """an unfinished plan, or one with lost files, is completed"""
        self.plan()
        shutil.copytree("p", "before")
        os.rename("p/plan.json", "p/plan.json.new")
        shutil.rmtree("p/runs/0002")
        os.unlink("p/runs/0003/tasks")
        os.truncate("p/runs/0004/args", 0)
        self.succeeds(*planning(seed=7))
        self.same("before", "p")
        os.unlink("p/runs/0001/label")
        self.succeeds(*planning())
        self.same("before", "p")
