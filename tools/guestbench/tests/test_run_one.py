# SPDX-License-Identifier: GPL-2.0-only
# level: check
"""The states of runs, with a fake QEMU; and the window of Linpack."""
import os
import shutil
import signal

from ..messages import HERE
from .support import Machine, TestCase, eventually, limited, program, ran, read, write

# The guest prints the file "said", and waits if requested.
QEMU = """
printf '%s\\n' "$@" >"$TEST/args"
cat "$TEST/said"
[ ! -f "$TEST/errors" ] || cat "$TEST/errors" >&2
[ ! -f "$TEST/wait" ] || exec sleep 300
exit "${STATUS-0}"
"""
BEGIN = "guestbench: begin wait;"
GOOD = "guestbench: status wait 0 1.0;"
END = "guestbench: complete;"


class Run(Machine):
    def setUp(self):
        super().setUp()
        program("qemu", QEMU)
        self.environment["TEST"] = self.directory
        self.plan()

    def says(self, state, *lines, **environment):
        """A guest that prints these lines."""
        write("said", *lines)
        return self.comes_to(state, **environment)

    def recorded(self):
        return os.path.exists("p/runs/0001/run.exitstat")

    def test_done(self):
        """a complete run is done, with all placeholders replaced"""
        self.says("done", END, GUEST_APPEND="one=1", CPU_FLAGS=",x=off")
        args = read("args").splitlines()
        self.assertIn("/k", args)
        self.assertIn("console=hvc0 quiet panic=-1 one=1", args)
        self.assertTrue([a for a in args if a.startswith("id=root,file=/r,")])
        self.assertNotIn("@", read("args"))
        self.assertTrue(self.recorded())

    def test_partial(self):
        """a partial run gives the reason"""
        self.says("partial: QEMU ended with status .*", BEGIN, STATUS="3")

    def test_hangs(self):
        """a run whose guest hangs is partial and has a recording"""
        def hangs(limit):
            write("p/runs/0001/limit", limit)
            write("wait")
            self.says(f"partial: the guest did not end within {limit} s", BEGIN)
        limited(hangs)
        self.assertTrue(self.recorded())

    def test_failed(self):
        """a failed run gives the reason"""
        self.says("failed: module ahci;", "guestbench: failed: module ahci;")
        write("errors", "qemu: no KVM here")
        self.says("failed: no benchmark began: .*no KVM here.*", STATUS="1")

    def test_benchmarks_fail(self):
        """a run with failed benchmarks is partial and gives the reason"""
        some = "partial: 1 of 2 benchmarks failed: "
        self.says("done", GOOD, END)
        self.says(some + "disk-1m: dd is missing from the guest",
                  "guestbench: missing disk-1m dd;", GOOD, END)
        self.says(some + "disk-1m: disk full: 9 MiB", "guestbench: begin disk-1m;",
                  "guestbench: end disk-1m;", "| fio: error", "| disk full: 9 MiB",
                  "| ---", "guestbench: status disk-1m 1 1.0;\r", GOOD, END)
        self.says(some + "wait: preparation: status 3", "| of another",
                  "guestbench: status disk-1m 0 1.0;", "guestbench: before wait 3;",
                  END)
        self.says("failed: 2 of 2 benchmarks failed: wait: status 137", BEGIN,
                  "guestbench: end wait;", "guestbench: status wait 137 1.0;",
                  "guestbench: missing disk-1m dd;", END)
        self.says("failed: no benchmark began: the guest's kernel panicked: no init",
                  "[ 1.0] Kernel panic - not syncing: no init")

    def test_machine_fails(self):
        """a run with a KVM error or a full disk is failed"""
        write("errors", "KVM internal error. Suberror: 1", "RAX=0")
        self.says("failed: KVM internal error. Suberror: 1", BEGIN)
        write("errors", "exitstat record: run.exitstat.part: disk full (free some)")
        self.says("failed: run.exitstat.part: disk full", END)

    def test_no_state(self):
        """a state that cannot be written is reported"""
        write("said", END)
        os.mkdir("p/runs/0001/state.new")
        with self.popen() as process:
            err = process.communicate()[1]
        self.assertEqual(process.returncode, 1)
        self.assertEqual(err.count("\n"), 1)
        self.assertIn("state: cannot write (is the disk full?): done", err)
        self.assertFalse(os.path.exists("p/runs/0001/state"))

    def test_hangs_at_once(self):
        """a run whose guest hangs before the first benchmark is failed"""
        write("p/runs/0001/limit", 1)
        write("wait")
        self.says("failed: the guest did not end within 1 s and no benchmark began")

    def test_ended(self):
        """an interrupted run leaves a complete recording and nothing else"""
        write("said", BEGIN)
        write("wait")
        with self.popen(WITH_PARENT="setpriv --pdeathsig KILL") as process:
            eventually(lambda: "begin" in log("p/runs/0001"))
            self.assertNotEqual(os.listdir("tmp"), [])
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(), 143)
        self.assertFalse(os.path.exists("p/runs/0001/state"))
        self.assertGreater(os.path.getsize("p/runs/0001/run.exitstat"), 0)
        self.assertFalse(os.path.exists("p/runs/0001/run.exitstat.part"))
        self.assertEqual(os.listdir("tmp"), [])
        eventually(lambda: not running(f"{self.directory}/tmp"))


def log(path):
    """The output of the guest so far."""
    return read(f"{path}/guest.log") if os.path.exists(f"{path}/guest.log") else ""


def running(text):
    """Whether a process with this text in its command line exists."""
    return ran("pgrep", "-f", text).returncode == 0


# A fake hpcc with all its parts.
MPIRUN = """
[ "$*" = '--allow-run-as-root --oversubscribe -np 4 hpcc' ] || exit 9
grep -qx '2 *Ps' hpccinf.txt && grep -qx '300 *Ns' hpccinf.txt || exit 8
[ "$PLAY" != breaks ] || exit 7
printf '%s\\n' 'Begin of PTRANS section.' 'End of PTRANS section.' \\
	'Begin of HPL section.' 'End of HPL section.' 'HPL_N=300' \\
	'HPL_Tflops=0.5' >>hpccoutf.txt
"""


class Linpack(TestCase):
    def hpl(self, play=""):
        """(status, score, marks)"""
        shutil.rmtree("hpcc", ignore_errors=True)
        found = ran("sh", "-c", f"exec {HERE}/guest/hpl 300 '2*2' 9>marks", PLAY=play,
                    TMPDIR=self.directory, GUESTBENCH_NAME="lp")
        return found.returncode, found.stdout, read("marks")

    def test_hpl(self):
        """the window of Linpack is the HPL part of hpcc"""
        program("bin/mpirun", MPIRUN)
        self.assertEqual(self.hpl(), (0, "HPL_Tflops=0.5\n", "".join(
            f"guestbench: {mark} lp;\n" for mark in ("begin", "end"))))
        status, _, marks = self.hpl("breaks")
        self.assertEqual((status, marks), (7, ""))
