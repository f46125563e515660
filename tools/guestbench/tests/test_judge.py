# SPDX-License-Identifier: GPL-2.0-only
"""Test the judges of lab runs with made runs, both right and wrong."""
import json
import os
import shutil

from . import judge
from .made import Made, sql
from .support import MATRIX, TestCase, edit, read, runs_of, write


class Judge(TestCase):
    def right(self, check, directory="p"):
        self.assertEqual(judge.judge(directory, check), [])

    def wrong(self, check, text, directory="p"):
        self.assertIn(text, "\n".join(judge.judge(directory, check)))


class Runs(Judge, Made):
    matrix = MATRIX.replace("accel = kvm tcg\n", "")

    def setUp(self):
        super().setUp()
        for run in runs_of():
            [(exits,)] = sql(run / "run.exitstat", "SELECT sum(exits) FROM totals")
            write(run / "hist", "Totals:", f"    Hits: {exits}", "    Dropped: 0")
        self.run_dir = run
        self.analyse()

    def without_scores(self, *runs):
        for run in runs:
            write(run / "guest.log", *(
                line for line in read(run / "guest.log").splitlines()
                if "rate" not in line))
        self.assertEqual(self.report()[0], 1)

    def test_right(self):
        """correct runs are accepted"""
        for check in ("done", "windows", "scores"):
            self.right(check)

    def test_ide(self):
        """the same number of write exits on IDE is refused"""
        self.wrong("ide", "no write")
        edit("p/report.json", ('"disk-1m"', '"file-write"'))
        self.right("ide")
        edit("p/report.json", ('"bus=ide"', '"x"'), ('"baseline"', '"bus=ide"'),
             ('"x"', '"baseline"'))
        self.wrong("ide", "file-write: exits per MiB")

    def test_windows(self):
        """windows that differ from ftrace are refused"""
        edit(self.run_dir / "hist", ("Hits: ", "Hits: 1"))
        self.wrong("windows", f"run {self.run_dir.name}: ")
        edit(self.run_dir / "hist", ("Dropped: 0", "Dropped: 1"))
        self.wrong("windows", "dropped 1")

    def test_not_done(self):
        """unfinished runs and missing scores are refused"""
        write(self.run_dir / "state", "failed: so")
        self.without_scores(self.run_dir)
        self.wrong("done", f"run {self.run_dir.name}: failed: so")
        self.without_scores(*runs_of())
        self.wrong("scores", "no score: {'no score in its output': 3}")
        os.unlink("p/report.json")
        self.wrong("done", "FileNotFoundError")


def nested(name, **exits):
    """An inner guest as in guests.cfg, with changes."""
    l2 = {"CPUID": 4, "IOIO": 1, "READ_CR0": 1, "WRITE_CR0": 1}
    for reason, n in exits.items():
        l2[reason] = l2.get(reason, 0) + n
    reflected = dict(l2)
    l2.update(NPF=l2.get("NPF", 0) + 70, INTR=3)
    reasons = {"l1": {"VMRUN": sum(l2.values())}, "l2": l2, "reflected": reflected}
    n = {c: sum(r.values()) for c, r in reasons.items()}
    return {"name": name, "family": "nested", "rows": [
        {"label": "baseline", "runs": 1, "nesting": {**n, "reasons": reasons},
         "reasons": {"all": {"exits": n["l1"] + n["l2"]}}}]}


class Nested(Judge):
    def test_nested(self):
        """wrong exits of an inner guest are refused"""
        right = json.dumps({"benchmarks": [
            nested("nested-nothing-1"), nested("nested-io-out-101", IOIO=101),
            nested("nested-hlt-23", HLT=23, NPF=29, VINTR=2)]})
        os.mkdir("p")
        write("p/report.json", right)
        self.right("nested")
        # an exit too many or too few, one that was not reflected, an unexpected reason,
        # a context with lost exits
        for old, new, text in (
                ('"IOIO": 102', '"IOIO": 103', "IOIO: 103 exits of L2, not 102"),
                ('"HLT": 23', '"HLT": 22', "HLT: 22 exits of L2, not 23"),
                ('"reflected": {"CPUID": 4', '"reflected": {"CPUID": 3',
                 "4 exits of L2, 3 reflected"),
                ('"NPF": 99', '"NPF": 28', "NPF: 28 exits of L2, not 29"),
                ('"INTR": 3', '"AVIC_NOACCEL": 3', "AVIC_NOACCEL: 3 exits of L2, not 0"),
                ('"exits": ', '"exits": 1', "in the window"),
                ("io-out-101", "io-out-102",
                 "nested-io-out-102, baseline: not in guests.cfg"),
                ('"VMRUN"', '"HLT"', "nested-nothing-1, baseline: no exits of L2"),
                ('"family": "nested"', '"family": "cpu"', "no nested guest")):
            with self.subTest(text):
                self.assertIn(old, right)
                write("p/report.json", right.replace(old, new))
                self.wrong("nested", text)


UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def watched():
    """The files that watch-domain writes in a lab, for a domain with 5 exits."""
    shutil.rmtree("w", ignore_errors=True)
    os.makedirs("w/runs/0001/domain")
    write("w/report.json", '{"runs": [{"run": "0001", "exits": 9}]}')
    files = {
        "domain.xml": f"<domain><uuid>{UUID}</uuid><vcpu>2</vcpu></domain>",
        "virsh-list": f"{UUID} guestbench",
        "virsh-left": f" Id   Name   State\n{20 * '-'}\n",
        "reasons": "HLT:3\nMSR:2",
        "list.txt": f"     2   251 guestbench   2   5  running\n   uuid {UUID}",
        "list.json": json.dumps({"vms": [
            {"name": "guestbench", "uuid": UUID, "vcpus": 2, "exits": 5}]}),
        "schemas.json": json.dumps({"return": [{"target": "vcpu", "stats": [
            {"name": "exits_hlt"}, {"name": "exits_msr"}]}]}),
        "query-stats.json": json.dumps({"return": [
            {"stats": [{"name": "exits_hlt", "value": 1}, {"name": "exits", "value": 7},
                       {"name": "exits_msr", "value": 2}]},
            {"stats": [{"name": "exits_hlt", "value": 2},
                       {"name": "exits_msr", "value": 0}]}]}),
    }
    for name, text in files.items():
        write(f"w/runs/0001/domain/{name}", text)


class Domains(Judge):
    def test_right(self):
        """a correct domain of a lab is accepted"""
        watched()
        for check in ("shown", "stats", "gone"):
            self.right(check, "w")

    def test_wrong(self):
        """an incorrect domain of a lab is refused"""
        for check, name, old, new, text in (
                ("shown", "list.json", "1b4e", "1b4f", "no VM guestbench"),
                ("shown", "list.json", '"vcpus": 2', '"vcpus": 1', "1 vCPUs"),
                ("shown", "list.txt", f"   uuid {UUID}\n", "", "as text"),
                ("shown", "virsh-list", "guest", "ghost", "virsh list"),
                ("stats", "reasons", "MSR:2", "MSR:3",
                 "exits_msr: 2 by query-stats, 3 counted"),
                ("stats", "schemas.json", "exits_hlt", "hlt", "exits_hlt: not in"),
                ("stats", "list.json", ": 5", ": 6", "query-stats: 5 exits of 2"),
                ("stats", "query-stats.json", "exits_", "e_", "exits_hlt"),
                ("gone", "virsh-left", "-\n", "-\n - guestbench shut\n", "virsh list"),
                ("gone", "virsh-left", " Id   Name   State\n", "", "virsh list")):
            with self.subTest(text, name=name):
                watched()
                edit(f"w/runs/0001/domain/{name}", (old, new))
                self.wrong(check, text, "w")
        watched()
        os.unlink("w/runs/0001/domain/domain.xml")
        self.wrong("shown", "FileNotFound", "w")
