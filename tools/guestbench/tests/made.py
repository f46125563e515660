# SPDX-License-Identifier: GPL-2.0-only
"""Results with made recordings: nine runs, or the six under KVM.

Guests with IDE have all of mkrec's port accesses, the baseline a third; under TCG the
recording has only another VM.
"""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from .support import MATRIX, TABLE, TestCase, build, read, runs_of, write

NAMES = ("boot", "disk-1m", "after disk-1m", "wait", "after wait")


def sql(path, query, *values):
    """The rows of a query on a recording."""
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        return db.execute(query, values).fetchall()


def record(path, kind, repeat, vm="guestbench", names=NAMES):
    """A recording made by mkrec, with the windows of a run."""
    subprocess.run([os.path.join(build(), "mkrec"), path, kind, str(repeat)],
                   check=True)
    rename(path, vm, names)


def rename(path, vm="guestbench", names=NAMES):
    """Rename the VM, and the phases to the windows of a run."""
    for nr, name in enumerate(names, 1):
        sql(path, "UPDATE phase SET name = ? WHERE id = ?", name, nr)
    sql(path, "UPDATE vm SET name = ?", vm)


def guest_log(rate, repeat):
    return [line + "\r" for line in (
        "guestbench: begin disk-1m;", "guestbench: end disk-1m;", "| rate 7",
        f"| rate {rate}", "guestbench: status disk-1m 0 1.5;",
        "guestbench: begin wait;", "guestbench: end wait;",
        f"| took 2.{repeat} of 4", "guestbench: status wait 0 2;",
        "guestbench: complete;")]


def make_run(path):
    label = read(path / "label").rstrip()
    repeat = int(label[-1])
    rate = 100 + 10 * repeat
    if "accel=tcg" in label:
        record(path / "run.exitstat", "groups", repeat, vm="stranger")
    elif "bus=ide" in label:
        record(path / "run.exitstat", "groups", repeat)
    else:
        record(path / "run.exitstat", "less", repeat)
    slow = "accel=tcg" in label or "bus=ide" in label
    write(path / "guest.log", *guest_log(rate // 2 if slow else rate, repeat))
    write(path / "state", "done")


class Made(TestCase):
    """Tests on a copy of these results, "p"; they are made once per class."""
    matrix, table = MATRIX, TABLE
    make_run = staticmethod(make_run)
    made = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.enterClassContext(tempfile.TemporaryDirectory())
        maker = TestCase()
        maker.setUp()
        try:
            pathlib.Path("m.conf").write_text(cls.matrix, encoding="ascii")
            pathlib.Path("table.conf").write_text(cls.table, encoding="ascii")
            maker.plan()
            for path in runs_of():
                cls.make_run(path)
            shutil.copytree("p", f"{cls.made}/p")
        finally:
            maker.doCleanups()

    def setUp(self):
        super().setUp()
        shutil.copytree(f"{self.made}/p", "p")

    def run_of(self, *words):
        """The directory of the run whose label contains all these words."""
        return next(path for path in runs_of()
                    if all(word in read(path / "label") for word in words))

    def results(self):
        """The contents of report.json and plan.json."""
        self.analyse()
        return (json.loads(read(f"p/{name}.json")) for name in ("report", "plan"))

    def analyse(self):
        """The tables of results without errors."""
        status, out, err = self.report()
        self.assertEqual((status, err), (0, ""))
        return out
