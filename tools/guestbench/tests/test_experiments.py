# SPDX-License-Identifier: GPL-2.0-only
"""The overhead of a guest over the bare host, the profile of a TCG guest, and the
overhead of nesting."""
import pathlib
import unittest
from types import SimpleNamespace

from ..experiments import nesting
from ..experiments.overhead import (NAMES, account, in_words, parse_samples, ran,
                                    tcg_parts)
from ..recording import Contexts
from .made import Made, record, sql
from .support import TABLE, Machine, program, read, runs_of, write


class Accounts(unittest.TestCase):
    def same(self, got, want):
        self.assertEqual(got.keys(), want.keys())
        for name, value in want.items():
            self.assertAlmostEqual(got[name], value, delta=1e-9, msg=name)

    def test_shares(self):
        """shares of the overhead add up to 1"""
        # computed by hand: 4 s, native 1 s
        self.same(account({"code": 2.2, "translate": .3, "helper": .9, "beside": 9},
                          4, 1, 1, "code"),
                  {"code": .4, "translate": .1, "helper": .3, "waiting": .2})
        # on two vCPUs half of each part
        self.same(account({"guest": 5, "HLT in KVM": 3}, 4, 1, 2, "guest"),
                  {"guest": .5, "HLT in KVM": .5, "waiting": 0})
        # helpers only: generated code below native time counts as negative
        self.same(account({"helper": 4}, 4, 1, 1, "code"),
                  {"helper": 4 / 3, "code": -1 / 3, "waiting": 0})
        self.assertEqual(account({"code": 1}, 1, 1, 1, "code"), {})
        self.assertEqual(account({}, 4, 1, 1, "code"), {})

    def test_samples(self):
        """samples are counted in their window"""
        text = "# 10000000 ns each: x\n" + "".join(
            f"{t / 100:.6f} 7 {'code' if t % 4 else 'beside'}\n" for t in range(100))
        self.same(tcg_parts(parse_samples(text), 0.2e9, 0.4e9),
                  {"code": .15, "beside": .05})
        self.assertEqual(parse_samples(""), (0, []))
        self.assertEqual(parse_samples("no\n1 2 3"), (0, []))
        self.same(ran({"code": 1, "helper": 3, "beside": 9}),
                  {"code": .25, "helper": .75})
        self.assertEqual(ran({}), {})

    def test_words(self):
        """components are printed, the largest first"""
        self.assertEqual(
            in_words({"helper": (.25, .01), "HLT in KVM": (.7, None),
                      "kernel": (.0001, None)}, NAMES),
            "HLT in KVM 70.0 %, helpers 25.0 +- 1.0 %")


# Shortened output of perf script: a thread of each kind, a sample of each class,
# truncated stacks. Each line is a sample: thread, time, class, frames.
QEMU, KERNEL, JIT = "/usr/bin/qemu-system-x86_64", "[kernel.kallsyms]", "/tmp/perf-71.map"
SAMPLES = (
    (71, "0.100000", "beside", ("[unknown]", QEMU), ("_start", QEMU)),
    (72, "0.200000", "code", ("[unknown]", JIT)),
    (72, "0.300000", "translate", ("tcg_optimize", QEMU), ("tb_gen_code", QEMU),
     ("cpu_exec", QEMU), ("clone3", "/usr/lib/libc.so.6")),
    (72, "0.400000", "translate", ("clear_page_erms", KERNEL), ("tb_gen_code", QEMU),
     ("clone3", "/usr/lib/libc.so.6")),
    (72, "0.500000", "helper", ("[unknown]", QEMU), ("[unknown]", JIT)),
    (72, "0.600000", "device", ("ksys_write", KERNEL), ("[unknown]", QEMU),
     ("memory_region_dispatch_write", QEMU), ("helper_le_stl_mmu", QEMU),
     ("[unknown]", JIT)),
    (72, "0.700000", "kernel", ("exc_page_fault", KERNEL), ("[unknown]", JIT)),
    (72, "0.800000", "loop", ("cpu_exec", QEMU), ("clone3", "/usr/lib/libc.so.6")),
    (72, "0.900000", "unknown", ("[unknown]", QEMU)),
    (73, "1.000000", "beside", ("futex_wait", KERNEL),
     ("clone3", "/usr/lib/libc.so.6")),
    (72, "1.100000", "unknown"),
)
# A fake perf, which fails without PERF_CAN; its recording is the command.
PERF = """
[ -n "${PERF_CAN-}" ] || exit 1
[ "$1" = record ] || exec cat script.txt
while [ "$1" != -o ]; do shift; done
[ "$2" != /dev/null ] || exit 0
echo data >"$2"
shift 3
exec "$@"
"""


class Profile(Machine):
    def setUp(self):
        super().setUp()
        program("bin/perf", PERF.replace("script.txt", f"{self.directory}/script.txt"))
        program("qemu", 'echo "guestbench: complete;"')
        write("script.txt", *(
            f"\t  {thread}     {time}: \n" + "".join(
                f"\tffff{nr:04x} {symbol} ({path})\n"
                for nr, (symbol, path) in enumerate(frames))
            for thread, time, _, *frames in SAMPLES))

    def samples(self, accel, **environment):
        """The lines of a run's samples; None if it has none."""
        write("n.conf", f"accel = {accel}", "repeats = 1", "benchmarks = cpu")
        self.plan(matrix="n.conf")
        self.comes_to("done", **environment)
        path = pathlib.Path("p/runs/0001/tcg.samples")
        return read(path).splitlines() if path.exists() else None

    def test_classes(self):
        """samples of a TCG guest are classified"""
        head, *lines = self.samples("tcg", PERF_CAN="1")
        self.assertRegex(head, r"^# [0-9]* ns each: ")
        self.assertEqual(lines, [f"{time} {thread} {kind}"
                                 for thread, time, kind, *_ in SAMPLES])

    def test_without(self):
        """a guest under KVM, or without perf, has no samples"""
        self.assertIsNone(self.samples("kvm", PERF_CAN="1"))
        self.assertIsNone(self.samples("tcg"))


def make_samples(path):
    """40 ms of translation and 80 ms of generated code in the window, more outside."""
    [(begin, end)] = sql(path / "run.exitstat", "SELECT begin_ns, end_ns FROM phase "
                         "WHERE name = 'wait'")
    points = [(begin + (i + .5) / 6 * (end - begin),
               "translate" if i < 2 else "code") for i in range(6)]
    points += [(begin - 1e6, "translate"), (end + 1e6, "code")]
    write(path / "tcg.samples", "# 20000000 ns each: time, thread, class",
          *(f"{time / 1e9:.6f} 7 {kind}" for time, kind in points))


def make_run(path):
    label, took = read(path / "label"), 1
    names = ("boot", "wait", "after wait", "after wait", "after wait")
    if "accel=native" in label:
        took = .5 if label.startswith("vcpus=1 ") else .25
    elif "accel=kvm" in label:
        record(path / "run.exitstat", "groups", 1, names=names)
    else:
        record(path / "run.exitstat", "less", 1, names=names)
        make_samples(path)
    write(path / "guest.log", "guestbench: begin wait;", "guestbench: end wait;",
          f"| took {took} of 4", f"guestbench: status wait 0 {took};")
    write(path / "state", "done")


class OwnWindow(Made):
    """Recordings: a KVM guest with two vCPUs, a TCG guest, native runs for both."""
    matrix = ("vary = all\nvcpus = 1 2\naccel = native kvm tcg\nrepeats = 1\n"
              "benchmarks = cpu\n")
    make_run = staticmethod(make_run)

    def test_own_window(self):
        """a benchmark that marks its own window has no components"""
        self.assertEqual(self.analyse().count("times; unknown\n"), 4)


class Overhead(Made):
    matrix, table = OwnWindow.matrix, TABLE.replace("marks = own\n", "")
    make_run = staticmethod(make_run)

    def test_compared(self):
        """a guest is compared with the native run on as many CPUs"""
        report, plan = self.results()
        [benchmark] = report["benchmarks"]
        rows = {r["label"]: r for r in benchmark["overhead"]}
        self.assertEqual(sorted(rows), ["accel=kvm", "accel=tcg", "vcpus=2 accel=kvm",
                                        "vcpus=2 accel=tcg"])
        for label, r in rows.items():
            native = .25 if "vcpus=2" in label else .5
            self.assertEqual((r["native_seconds"], r["seconds"]), (native, [1, None]))
            self.close(r["speed"][0], native)         # lower is better
            self.close(sum(v[0] for v in r["extra"].values()), 1)
        tcg = rows["accel=tcg"]["extra"]
        self.close(tcg["translate"][0], .04 / .5)
        self.close(tcg["code"][0], (.08 - .5) / .5)
        self.close(rows["accel=tcg"]["ran"]["translate"][0], 1 / 3)
        self.close(rows["vcpus=2 accel=tcg"]["extra"]["translate"][0], .02 / .75)
        self.same_times(rows["accel=kvm"]["extra"], next(
            r["dir"] for r in plan["runs"] if r["config"]["accel"] == "kvm"
            and r["config"]["vcpus"] == "1"))

    def same_times(self, parts, run):
        found = 0
        for name, kvm_ns, user_ns in sql(
                f"p/runs/{run}/run.exitstat", """SELECT reason, sum(handler_ns),
                sum(userspace_ns) FROM totals WHERE phase = 'wait'
                GROUP BY reason"""):
            for place, ns in ("in the handler", kvm_ns), ("to user space", user_ns):
                if ns:
                    found += 1
                    self.close(parts[f"{name} {place}"][0], ns / 1e9 / .5)
        self.assertGreater(found, 2)

    def test_texts(self):
        """the overhead is in the tables and on the page"""
        out = self.analyse()
        self.assertIn("against native: % of its speed, times its time", out)
        self.assertRegex(out, r"(?m)^  accel=tcg  *50.0 %, 2.00 times; ")
        self.assertIn(", translating 8.0 %", " ".join(out.split()))
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        self.assertIn("translating 8.0 %", read("p/report.html"))

    def test_no_times(self):
        """without benchmark times there is no overhead"""
        for path in runs_of():
            write(path / "guest.log", *(
                line for line in read(path / "guest.log").splitlines()
                if "status" not in line))
        status, out, _ = self.report()
        self.assertEqual(status, 1)
        self.assertNotIn("against native", out)


def sample(operations, *rows):
    contexts = Contexts()
    for row in rows:
        contexts.add(*row)
    return {"operations": operations, "window": SimpleNamespace(contexts=contexts)}


def benchmark(name, label, samples):
    return {"name": name, "operation": "nap", "rows": [
        {"label": label, "nesting": nesting.figures(samples)}]}


class Nesting(unittest.TestCase):
    def test_unknown(self):
        """without an inner guest, or with unknown counts, figures are unavailable"""
        self.assertIsNone(nesting.figures([sample(1, ("HLT", 7, None, None))]))
        self.assertIsNone(nesting.figures([]))
        blind = nesting.figures([sample(1, ("HLT", 7, 3, None))])
        self.assertIsNone(blind["reflected"])
        self.assertEqual(blind["l2"], 3)
        self.assertEqual(nesting.cells(blind, str), ["7", "3", "-", str(7 / 3)])

    def test_operation(self):
        """exits per operation of an inner guest exclude its start"""
        # without the exits of a start in each of two runs
        start = sample(1, ("VMRUN", 4, 0, 0), ("HLT", 7, 1, 1))
        more = [sample(100, ("VMRUN", 204, 0, 0), ("HLT", n, 101, 101))
                for n in (5, 9)]
        of = [benchmark(nesting.START, "a", [start]), benchmark("b", "a", more),
              benchmark("b", "other", more)]
        nesting.relate(of)
        first, got, other = (b["rows"][0]["nesting"] for b in of)
        self.assertIsNone(first["per_op"])
        self.assertIsNone(other["per_op"])
        self.assertEqual(got["per_op"], {
            "l1": {"HLT": 0, "VMRUN": 2}, "l2": {"HLT": 1}, "reflected": {"HLT": 1}})
        self.assertEqual(list(nesting.sentences(of[1])), [
            "a: each further nap takes 1.00 exits of L2 (HLT 1.00) and 2.00 exits of L1 (VMRUN "
            "2.00)."])
        self.assertEqual(list(nesting.sentences(of[2])), [])
