# SPDX-License-Identifier: GPL-2.0-only
"""Run benchmarks in a guest and report which VM exits affect their scores."""
import argparse
import os

from . import analyse, benchmarks, plan, runs
from .conffile import Bad
from .messages import HERE, TOP, warn
from .process import Interrupted

MATRICES = {"quick": "run a small matrix: minutes, for the labs (the default)",
            "full": "run a large matrix: hours, for real hardware",
            "libvirt": "run one guest as a libvirt domain: minutes"}
EPILOG = """\
It can be interrupted at any time; the same command continues. Tables are written to
standard output and to report.txt, .html and .json in DIR; docs/benchmarks.md describes
them. The exit status is 1 if a run is partial or failed, or if a benchmark has no
score. Environment: EXITSTAT, the tool to use (out/bin/exitstat, which is built first)."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Print the error as one line."""
        self.exit(2, f"{self.prog}: {message} (try --help)\n")


def matrix_file(name):
    return os.path.join(HERE, "matrix", f"{name}.conf")


def value(text):
    if not text:
        raise argparse.ArgumentTypeError("needs a value")
    return text


def parser():
    made = Parser(prog="guestbench", description=__doc__, epilog=EPILOG,
                  allow_abbrev=False)
    made.set_defaults(matrix=matrix_file("quick"))
    add = made.add_argument
    for name, text in MATRICES.items():
        add(f"--{name}", dest="matrix", action="store_const", const=matrix_file(name),
            help=text)
    add("--matrix", metavar="FILE", type=value, help="run this matrix (copy one of "
        "tools/guestbench/matrix/*.conf and edit it)")
    add("--table", metavar="FILE", type=value, default=benchmarks.TABLE,
        help="use this table of benchmarks (tools/guestbench/benchmarks.conf)")
    add("--lab", choices=("svm", "vmx", "kvm"), default="", help="run in the nested "
        "guest of this lab; otherwise on this machine, as root")
    add("--out", metavar="DIR", type=value, help="write one directory per run, with its "
        "recording and the guest's output (out/guestbench-NAME); runs that are complete "
        "there are not repeated")
    add("--seed", metavar="N", type=value, default="-", help="set the order of the runs "
        "(a random seed is chosen and reported)")
    add("--retry", action="store_true", help="repeat partial and failed runs")
    add("--plan", dest="only", action="store_const", const="plan",
        help="plan the runs, and stop")
    add("--report", dest="only", action="store_const", const="report",
        help="report the runs that exist, without running any")
    add("--series", metavar="X.Y", type=value, default="6.12",
        help="use this kernel line (6.12)")
    add("--quiet", action="store_true", help="print only results and errors")
    return made


def run(options):
    """Plan, run the pending runs of the plan, and report."""
    exitstat = os.environ.get("EXITSTAT") or os.path.join(TOP, "out/bin/exitstat")
    if options.only != "report":
        planned = plan.main(options.matrix, options.out, options.seed, options.table)
        if options.only == "plan":
            return
        runs.run_pending(planned, options, exitstat)
    analyse.main(options.out, exitstat)


def main(args):
    """Return the exit status: 0, 1 (failed) or that of a signal. --help and usage
    errors (2) exit from argparse."""
    try:
        options = parser().parse_args(args)
    except OSError as error:
        warn(f"cannot write the help: {error.strerror}")
        return 1
    options.out = options.out or os.path.join(
        TOP, "out", f"guestbench-{options.lab or 'here'}")
    if options.quiet:
        os.environ["EXITSTAT_QUIET"] = "1"
    try:
        run(options)
    except Bad as error:
        warn(error)
        return 1
    except Interrupted as signal:
        warn("interrupted (the same command continues)")
        return signal.status
    except KeyboardInterrupt:
        return 130
    return 0
