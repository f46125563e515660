# SPDX-License-Identifier: GPL-2.0-only
"""Valid and invalid matrices and tables of benchmarks."""
import os
import pathlib
import shutil

from .. import benchmarks, results
from .support import GOLDEN, TABLE, TestCase, planning, read, runs_of, write

# Lines of a matrix, and the error.
BAD_MATRICES = (
    ("bad.conf:1: vcpus = 3: unknown (one of: 1 2 4 8)", "vcpus = 1 3"),
    ("bad.conf:2: bsu: neither an axis nor a setting", "", "bsu = ide"),
    ("bad.conf:1: expected NAME = VALUE", "bus"),
    ("bad.conf:1: disk: no value", "disk ="),
    ("value given twice", "bus = ide ide"),
    ("bad.conf:2: bus: given twice", "bus = ide", "bus = virtio"),
    ("repeats = 0: not a number from 1 to 100", "repeats = 0"),
    ("repeats = 2x: not a number", "repeats = 2x"),
    ("vary = some: unknown (one of: one all)", "vary = some"),
    ("requires volume = ", "disk = raw lvm"),
    ("a matrix has no sections", "[bus]"),
    ("benchmarks = lmbench: unknown (one of: cpu ", "benchmarks = lmbench"),
    ("is impossible: microvm has no IDE", "machine = microvm pc", "bus = ide"),
    ("is impossible: libvirt does not support microvm", "machine = microvm",
     "manager = libvirt"),
    ("manager = xen: unknown", "manager = xen"),
    ("more than 9999", "vary = all", "vcpus = 1 2 4 8", "repeats = 100",
     "size = full", "disk = raw qcow2", "bus = virtio ide", "cpu = default host",
     "machine = pc q35"),
)

# One replacement in the tests' table, and the error.
BAD_TABLES = (
    ("bad.table: [wait]: no unit", "unit = s\n", ""),
    ("bad.table:1: toll: not a key", "[disk]", "toll = 1"),
    ("bad.table:16: like = dusk: no section", "family = cpu", "like = dusk"),
    ("better = more: unknown", "= lower", "= more"),
    ("[disk]: command: {size} has no value", "disk {mib} ", "disk {size} "),
    ("[wait]: name: {vcpus} has no value", "name = wait", "name = wait-{vcpus}"),
    ("marks = none: unknown", "= own", "= none"),
    ("scale = 0: not a number", "unit = s\n", "unit = s\nscale = 0\n"),
    ("score: needs one group", r"rate (\S+)", "rate"),
    ("operations: neither a product nor", r"of (\d+)", "of"),
    ("longer than 24 characters", "name = wait",
     "name = wait-for-something-long-ago"),
    ("[disk]: given twice", "[wait]", "[disk]"),
    ("[wait]: needs = bsu: unknown", "unit = s\n", "needs = bsu=ide\nunit = s\n"),
    ("[wait]: needs: bus = x: unknown", "unit = s\n", "needs = bus=x\nunit = s\n"),
    ("memory: not a product of numbers", "unit = s\n", "unit = s\nmemory = {n}x\n"),
)


class Refused(TestCase):
    def refuses(self, text, matrix="bad.conf", seed=1, table="table.conf"):
        self.refused(text, *planning(matrix, "bad.d", seed, table))
        self.assertFalse(os.path.exists("bad.d"))

    def test_bad_matrices(self):
        """an invalid matrix is refused with one line"""
        for text, *lines in BAD_MATRICES:
            with self.subTest(text):
                write("bad.conf", *lines)
                self.refuses(text, table=benchmarks.TABLE)
        self.refuses("absent.conf: No such file or directory", "absent.conf")
        self.refuses("seed = one: not a number", "m.conf", "one")

    def test_no_matrix(self):
        """a file that is not a matrix is refused"""
        for text, content in (
                ("bad.conf: no axis and no setting", b""),
                ("bad.conf: not a text", b"\377\n"),
                ("bad.conf: not a text", b"bus = ide\0\n"),
                ("not a number from 1 to 100", b"repeats = %05000d\n" % 1),
                ("value given twice", b"benchmarks = cpu cpu\n"),
                ("not the path of a volume", b"volume = /dev/a /dev/b\n")):
            with self.subTest(text):
                pathlib.Path("bad.conf").write_bytes(content)
                self.refuses(text)
        self.refuses("/dev/zero: not a text", "/dev/zero")
        os.mkdir("dir")
        self.refuses("dir: Is a directory", "dir")

    def test_bad_tables(self):
        """an invalid table is refused with one line"""
        for text, old, new in BAD_TABLES:
            with self.subTest(text):
                self.assertIn(old, TABLE)
                pathlib.Path("bad.table").write_text(TABLE.replace(old, new),
                                                     encoding="ascii")
                self.refuses(text, "m.conf", table="bad.table")


class Asked(TestCase):
    """A matrix determines the runs of a plan."""

    def labels(self, *lines, table="table.conf"):
        """The labels of the runs; self.said has the messages."""
        write("n.conf", *lines)
        self.said = self.succeeds(*planning("n.conf", self.id(), 1, table))
        runs = runs_of(self.id())
        found = [read(run / "label").rstrip() for run in runs]
        self.tasks = [[line.split("\t")[0] for line in read(run / "tasks").splitlines()]
                      for run in runs]
        shutil.rmtree(self.id())
        return found

    def test_dos(self):
        """a matrix may have DOS line ends"""
        pathlib.Path("n.conf").write_bytes(
            b"\xef\xbb\xbfbus = ide\r\nrepeats = 2\r\nbenchmarks = cpu\r\n")
        self.succeeds(*planning("n.conf"))
        for nr in (1, 2):
            self.assertRegex(read(f"p/runs/000{nr}/label"),
                             r"bus=ide .*, repeat [12]$")

    def test_combinations(self):
        """impossible combinations are skipped"""
        found = self.labels(
            "bus = virtio ide", "machine = pc microvm", "cpu = default host",
            "accel = kvm tcg", "vary = all", "repeats = 1", "benchmarks = cpu")
        self.assertEqual(len(found), 9)
        self.assertEqual(self.said.count(": microvm has no IDE"), 4)
        self.assertEqual(self.said.count(": -cpu host requires KVM"), 3)

    def test_native(self):
        """native runs are planned once per number of CPUs"""
        end = ("repeats = 1", "benchmarks = cpu")
        found = [label for label in self.labels(
            "vcpus = 1 2 4", "bus = virtio ide", "cpu = host default",
            "accel = kvm tcg native", *end) if "accel=native" in label]
        self.assertEqual(len(found), 3)
        self.assertEqual(len(set(found)), 3)
        self.assertFalse([f for f in found if "bus=ide" in f or "cpu=default" in f])
        found = self.labels("vary = all", "vcpus = 1 2", "bus = virtio ide",
                            "accel = native kvm", *end)
        self.assertEqual(sum("accel=native" in f for f in found), 2)
        self.assertEqual(sum("accel=kvm" in f for f in found), 4)
        self.assertEqual(self.said.count(": without a VM only vcpus"), 2)

    def test_too_large(self):
        """a benchmark that does not fit is skipped"""
        write("needs.conf", TABLE.replace("marks", "memory = {n} * 96m\nmarks").replace(
            "before", "disk = {mib}m\nbefore"))
        lines = ["size = full", "repeats = 1", "benchmarks = cpu file",
                 "memory = 128", "disk-size = 21"]
        self.labels(*lines, table="needs.conf")
        self.assertEqual(self.tasks, [["disk-1m", "wait"]])
        self.assertIn("left out: disk-16m: needs 16 MiB, more than three quarters "
                      "of the", self.said)
        self.assertEqual(self.said.count("left out"), 2)
        lines[-1] = "disk-size = 22"
        write("needs.conf", read("needs.conf").replace("96m", "98m"))
        self.labels(*lines, table="needs.conf")
        self.assertEqual(self.tasks, [["disk-1m", "disk-16m"]])
        self.assertRegex(self.said, "left out: wait: needs 98 MiB, more .* of the "
                                    "guest's memory")

    def test_needs(self):
        """a benchmark is skipped in guests that lack what it needs"""
        write("needs.conf", TABLE.replace(
            "unit = s\n", "needs = accel=kvm bus=ide\nunit = s\n"))
        labels = self.labels(*read("m.conf").splitlines(), table="needs.conf")
        for guest, what in (("baseline", "bus=ide"), ("accel=tcg", "accel=kvm")):
            self.assertIn(f"left out: wait in {guest}: it needs {what}", self.said)
        self.assertNotIn("wait in bus=ide", self.said)
        self.assertIn("9 runs", self.said)
        found = [label for label, tasks in zip(labels, self.tasks) if "wait" in tasks]
        self.assertEqual(len(found), 3)
        self.assertTrue(all("bus=ide" in label for label in found))
        write("lone.conf", "benchmarks = cpu")
        self.refused("benchmarks = cpu: none can run in any of these guests",
                     *planning("lone.conf", "lone.d", table="needs.conf"))
        self.assertFalse(os.path.exists("lone.d"))

    def test_row_of_its_own(self):
        """a benchmark that the baseline skips has a row without a ratio"""
        write("needs.conf", TABLE.replace("unit = s\n", "needs = bus=ide\nunit = s\n"))
        self.plan(table="needs.conf")
        _, out, _ = self.report(tool="/bin/false")
        self.assertRegex(out, "(?m)^wait: s, lower is better")


class Shipped(TestCase):
    """The table of benchmarks and the log of a real guest."""

    def test_log(self):
        """scores are found in the output of a real guest"""
        table = benchmarks.load(benchmarks.TABLE)
        tasks = table.tasks(table.names(), "quick", {"vcpus": "1", "memory": "512"})
        said = results.parse_log(read(GOLDEN / "guest.log"))
        self.assertEqual([t.name for t in tasks], list(said))
        for task in tasks:
            with self.subTest(task.name):
                self.assertEqual(said[task.name].state, "done")
                output = said[task.name].output
                score, operations = benchmarks.measure(task, output)
                self.assertGreater(score, 0)
                self.assertGreater(operations, 0)
                if task.family == "linpack":
                    tera = float(output.split("HPL_Tflops=")[1].split()[0])
                    self.assertAlmostEqual(score, 1000 * tera, delta=1e-9)
                    self.assertEqual(task.unit, "Gflop/s")
