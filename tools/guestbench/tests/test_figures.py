# SPDX-License-Identifier: GPL-2.0-only
# level: check
"""Figures of made recordings, computed independently; failed runs; tables and page.

UPDATE_GOLDEN=1 rewrites the golden file: read the difference.
"""
import html.parser
import json
import math
import os
import pathlib
import shutil
import subprocess
from statistics import mean, stdev

from ..figures import T95, apart, mean_ci, ratio_ci
from ..messages import TOP
from .made import Made, record, rename, sql
from .support import (GOLDEN, MATRIX, TestCase, edit, exitstat, program, read,
                      runs_of, write)

HTML_CHECK = f"{TOP}/tools/tests/lib/html-check.py"
HOSTILE = "</p></title><script>alert(1)</script><img src=x onerror=\"x\">"


def recording(run):
    return f"p/runs/{run['dir']}/run.exitstat"


def counted(run, window, column="l1 + l2", reason=None):
    where = " AND reason = ?" if reason else ""
    values = (reason,) if reason else ()
    return sql(recording(run), f"SELECT sum({column}) FROM totals WHERE phase = ?{where}",
               window, *values)[0][0] or 0


class Figures(Made):
    def same(self, got, values):
        """Student's t for three values: 4.303."""
        self.close(got[0], mean(values))
        self.close(got[1], 4.303 * stdev(values) / 3 ** .5)

    def same_exits(self, plan, row):
        runs = [r for r in plan["runs"] if r["config"] == row["config"]]
        self.assertEqual((len(runs), row["runs"]), (3, 3))
        self.same(row["exits_per_op"], [counted(r, "disk-1m") / 100 for r in runs])
        for reason, got in row["reasons"].items():
            exits = [counted(r, "disk-1m", reason=reason) for r in runs]
            self.assertEqual(got["exits"], sum(exits), reason)
            self.same(got["per_op"], [n / 100 for n in exits])
        self.assertLess(abs(sum(row["time"].values()) - 1), .01)

    def test_figures(self):
        """figures match the recordings"""
        report, plan = self.results()
        self.assertEqual(
            {f for f, carries in report["carries_over"].items() if carries},
            {"exits_per_op", "reasons.exits", "reasons.per_op", "nesting"})
        for field in report["carries_over"]:
            outer, _, inner = field.partition(".")
            row = report["benchmarks"][0]["rows"][0]
            self.assertIn(inner or outer, [*row["reasons"].values()][0] if inner else row)
        self.assertTrue(any("emulates the processor" in n for n in report["notes"]))
        disk, wait = report["benchmarks"]
        self.assertEqual([disk["name"], wait["name"]], ["disk-1m", "wait"])
        self.assertEqual([r["label"] for r in disk["rows"]],
                         ["baseline", "bus=ide", "accel=tcg"])
        base, ide, tcg = disk["rows"]
        self.same(base["score"], [110, 120, 130])
        self.same(ide["score"], [55, 60, 65])
        for row, ratio in ((ide, .5), (base, 1), (wait["rows"][1], 1)):
            self.close(row["ratio"][0], ratio)
        for row in base, ide:
            self.same_exits(plan, row)
        self.assertEqual((tcg["exits_per_op"], tcg["reasons"], tcg["runs"]),
                         ([None, None], {}, 3))

    def test_windows(self):
        """the exits of a run are those of its windows, without other VMs"""
        report, plan = self.results()
        for run, of in zip(plan["runs"], report["runs"]):
            everything = sql(recording(run), "SELECT sum(exits) FROM totals")[0][0]
            tcg = run["config"]["accel"] == "tcg"
            self.assertEqual(of["others" if tcg else "exits"], everything)
            self.assertIsNone(of["problem"])
            self.assertEqual(sum(of["windows"].values()), of["exits"])

    def test_golden(self):
        """tables match the golden file"""
        out = self.analyse()
        self.assertEqual(out, read("p/report.txt"))
        if os.environ.get("UPDATE_GOLDEN"):
            (GOLDEN / "report.txt").write_text(out, encoding="utf-8")
        self.assertEqual(out, read(GOLDEN / "report.txt"))
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_counts_alone(self):
        """without times in the recordings, times are unavailable"""
        for path in runs_of():
            os.unlink(path / "run.exitstat")
            record(path / "run.exitstat", "all", "")
        out = self.analyse()
        self.assertNotIn("% of time", out)
        self.assertRegex(out, "(?m)carries over  *no  *no  *no  *no  *yes  *no$")
        # mkrec's second phase: 1,009 of 1,119
        self.assertRegex(out, r"(?m)^file write of 1 MiB in the baseline: 90 % of its "
                              r"exits are IO_INSTRUCTION\.$")


class Cells(html.parser.HTMLParser):
    """The table rows of a page; all elements must be closed."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open = [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "td" in self.open:
            self.rows[-1][-1] += data


class Page(Made):
    def setUp(self):
        """Values of a recording, which may contain anything."""
        super().setUp()
        for path in runs_of():
            x = path / "run.exitstat"
            self.html_check("hostile", x, HOSTILE)
            rename(x)
        self.analyse()
        self.page = read("p/report.html")

    def html_check(self, *args):
        return subprocess.run(["/usr/bin/python3", HTML_CHECK, *args], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def test_runs_nothing(self):
        """the page loads nothing and has no scripts"""
        self.assertNotRegex(self.page, r"url\(|@import")
        self.assertNotRegex(self.html_check("tags", "p/report.html"),
                            r"(?m)^script|^img|'onerror'|'src'|'href'")

    def test_figures(self):
        """the page has the same figures as the tables"""
        self.assertEqual(self.page.count("class=carries"), 8)
        rows = Cells(self.page).rows
        for benchmark in json.loads(read("p/report.json"))["benchmarks"]:
            for row in benchmark["rows"]:
                got = [r[2].split(" ")[0] for r in rows if r[:2] == [row["label"], "3"]]
                score = row["score"][0]
                self.assertTrue({f"{score:.2f}", f"{score:.1f}"} & set(got), got)
                for reason, r in row["reasons"].items():
                    self.assertIn([reason, row["label"], f"{r['exits']:,}"],
                                  [c[:3] for c in rows])
        self.assertTrue(any("<script>" in c for r in rows for c in r))


class Contexts(Made):
    matrix = MATRIX.replace("accel = kvm tcg\n", "")

    def test_contexts(self):
        """exits by context match the recordings"""
        report, plan = self.results()
        for benchmark in report["benchmarks"]:
            for row in benchmark["rows"]:
                runs = [r for r in plan["runs"] if r["config"] == row["config"]]
                got = row["nesting"]
                self.assertEqual((got["windows"], len(runs)), (3, 3))
                self.assertIsNone(got["per_op"])
                for context in ("l1", "l2", "reflected"):
                    self.same_reasons(got, context, runs, benchmark["name"])

    def same_reasons(self, got, context, runs, window):
        want = {}
        for run in runs:
            for name, n in sql(recording(run), f"SELECT reason, sum({context}) FROM totals "
                               "WHERE phase = ? GROUP BY reason", window):
                want[name] = want.get(name, 0) + n
        want = {name: n for name, n in want.items() if n}
        self.assertEqual(got["reasons"][context], want)
        self.assertEqual(got[context], sum(want.values()))
        self.assertGreater(got[context], 0)


class Wrong(Made):
    """Failed runs and damaged results."""

    def refuses(self, text, directory="p", tool=None):
        """Require this error; the tables are in "out"."""
        status, self.out, err = self.report(directory, tool)
        self.assertIn(text, err)
        self.assertEqual((status, err.count("\n")), (1, 1))

    def test_partial(self):
        """unfinished runs and missing scores are reported"""
        first = self.run_of("bus=virtio", "accel=kvm", "repeat 1")
        second = self.run_of("bus=ide", "repeat 2")
        write(first / "state", "partial: the guest did not end within 600 s")
        log = read(first / "guest.log")
        write(first / "guest.log", log[:log.index("begin wait;") + len("begin wait;")])
        edit(second / "guest.log", ("guestbench: begin wait;",
                                    "guestbench: missing wait sleep;"))
        lines = [line for line in read(second / "guest.log").splitlines()
                 if not any(w in line for w in ("took", "end wait", "status wait"))]
        write(second / "guest.log", *("| no space left" if "| rate" in line else line
                                      for line in lines))
        last = pathlib.Path("p/runs/0009/state")
        last.unlink()
        self.refuses("9 runs: 1 partial, 1 without a result (--retry")
        for text in (f"run {first.name}: partial: the guest did not end within 600 s",
                     "the guest stopped before its end\n",
                     "sleep is missing from the guest's image\n",
                     "no score in its output\n", "runs: 8 of 9"):
            self.assertIn(text, self.out)
        self.assertEqual(self.out, read("p/report.txt"))
        write(first / "state", "done")
        write(last, "done")
        self.refuses("guestbench: 3 benchmark results have no score")

    def test_windows(self):
        """an exit outside the windows is an error"""
        run = self.run_of("bus=ide", "repeat 3")
        shutil.copy(run / "run.exitstat", "good.x")
        sql(run / "run.exitstat", "UPDATE phase SET name = 'x' WHERE name = 'wait'")
        self.refuses(f"run {run.name}: exits in no window of the plan: x")
        shutil.copy("good.x", run / "run.exitstat")
        self.analyse()
        # a tool that loses a counter
        program("lossy", f"""{exitstat()} "$@" | sed '/"vms"/,$s/"exits":1[0-9]*/"exits":0/g'""")
        self.refuses("exits in windows, ", tool="./lossy")

    def test_not_understood(self):
        """an unexpected report of the tool is an error"""
        for number, change in enumerate((
                "s/.//", 's/"takes_s"/"took_s"/', 's/"guest_ns":[0-9]*/"guest_ns":null/g',
                's/"by_reason":/"of_reasons":/g')):
            with self.subTest(change):
                program(f"other{number}", f"""{exitstat()} "$@" | sed '{change}'""")
                self.refuses(f"run.exitstat: cannot parse the report of "
                             f"./other{number}", tool=f"./other{number}")

    def test_once(self):
        """the tool is started once per run"""
        program("counted", f"""echo "$*" >>started; exec {exitstat()} "$@" """)
        self.report(tool="./counted")
        self.assertEqual(read("started").splitlines(), sorted(
            f"report -j {path}" for path in pathlib.Path("p/runs").glob("*/run.exitstat")))

    def test_damaged(self):
        """damaged results are refused"""
        self.refuses("absent/plan.json: No such file", "absent")
        self.refuses("./absent: No such file", tool="./absent")
        write("p/runs/0001/run.exitstat", "garbage")
        self.refuses("run.exitstat")
        write("p/plan.json", "[]")
        self.refuses("p/plan.json: not a plan")

    def test_no_state(self):
        """an invalid state counts as no result"""
        for state in ("", "don", "partial", "\1\2", "done or not"):
            with self.subTest(state):
                write("p/runs/0001/state", state)
                self.refuses("9 runs: 1 without a result")
        os.unlink("p/runs/0001/state")
        os.mkdir("p/runs/0001/state")
        self.refuses("9 runs: 1 without a result")


def within(t, n):
    """The probability that Student's distribution with n degrees of freedom is within t."""
    c = math.exp(math.lgamma((n + 1) / 2) - math.lgamma(n / 2)) / math.sqrt(n * math.pi)
    steps = 2000
    h = t / steps
    f = [c * (1 + (i * h) ** 2 / n) ** (-(n + 1) / 2) for i in range(steps + 1)]
    return 2 * h / 3 * (f[0] + f[-1] + sum(
        (2 + i % 2 * 2) * f[i] for i in range(1, steps)))


class Statistics(TestCase):
    def test_means(self):
        """means have correct intervals"""
        self.assertEqual(mean_ci([]), (None, None))
        self.assertEqual(mean_ci([5]), (5, None))
        self.assertEqual(mean_ci([.2, .2, .2]), (.2, 0))
        got, ci = mean_ci([1, 3])
        self.assertEqual(got, 2)
        self.close(ci, 12.706)
        got, ci = mean_ci([1, 2, 3, 4, 5])
        self.assertEqual(got, 3)
        self.close(ci, 2.776 * math.sqrt(2.5 / 5))
        self.close(mean_ci([0, 2] * 50)[1], 2.042 * math.sqrt(100 / 99) / 10)

    def test_ratios(self):
        """ratios have correct intervals, or none"""
        self.assertEqual(ratio_ci((10, 1), (5, .5), "higher")[0], 2)
        ratio, ci = ratio_ci((10, 1), (5, .5), "lower")
        self.assertEqual(ratio, .5)
        self.close(ci, .5 * math.sqrt(.02))
        self.assertEqual(ratio_ci((10, None), (5, 1), "higher"), (2, None))
        self.assertEqual(ratio_ci((None, None), (5, 1), "higher"), (None, None))
        self.assertEqual(ratio_ci((1, 0), (0, 0), "higher"), (None, None))
        # a divisor that may be 0, for higher and lower
        self.assertEqual(ratio_ci((10, 1), (5, 5), "higher"), (2, None))
        self.assertEqual(ratio_ci((10, 10), (5, 1), "lower"), (.5, None))

    def test_apart(self):
        """overlapping intervals are not a difference"""
        self.assertTrue(apart((1, .5), (2, .4)))
        self.assertFalse(apart((1, .5), (2, .5)))
        self.assertFalse(apart((2, .1), (1, .1)))
        self.assertIsNone(apart((1, None), (2, 0)))

    def test_quantiles(self):
        """the quantiles enclose 95 % of Student's distribution"""
        for n, t in enumerate(T95, 1):
            self.assertLess(abs(within(t, n) - .95), 5e-5, (n, t))
