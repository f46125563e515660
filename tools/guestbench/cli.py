# SPDX-License-Identifier: GPL-2.0-only
"""Run benchmarks in a guest, and report which VM exits their scores are made of."""
import argparse
import os

from . import analyse, benchmarks, plan, runs
from .conffile import Bad
from .messages import HERE, TOP, warn
from .process import Interrupted

MATRICES = {"quick": "the matrix of minutes, for the labs (unless given)",
            "full": "the matrix of hours, for real hardware",
            "libvirt": "one guest of minutes, as a domain of libvirt"}
EPILOG = """\
Interrupt it when you like: the same command continues. The tables go to stdout and
report.txt, .html and .json in DIR. docs/benchmarks.md describes them. The status is
1 if a run is partial or failed, or a benchmark has no score. Environment: EXITSTAT,
the tool (out/bin/exitstat, built first)."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """In one line."""
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
    add("--matrix", metavar="FILE", type=value, help="a matrix of your own: copy one "
        "of tools/guestbench/matrix/*.conf and edit it")
    add("--table", metavar="FILE", type=value, default=benchmarks.TABLE,
        help="a table of benchmarks of your own (tools/guestbench/benchmarks.conf)")
    add("--lab", choices=("svm", "vmx", "kvm"), default="", help="in the nested guest "
        "of this lab; else on this machine, as root")
    add("--out", metavar="DIR", type=value, help="one directory for each run, with its "
        "recording and its guest's output (out/guestbench-NAME); what is done there "
        "already is not done again")
    add("--seed", metavar="N", type=value, default="-", help="the order of the runs; "
        "without it a new one, which is reported")
    add("--retry", action="store_true", help="run again what was partial or failed")
    add("--plan", dest="only", action="store_const", const="plan",
        help="only plan the runs")
    add("--report", dest="only", action="store_const", const="report",
        help="only the tables of what is there")
    add("--series", metavar="X.Y", type=value, default="6.12",
        help="the kernel line (6.12)")
    add("--quiet", action="store_true", help="only results and errors")
    return made


def run(options):
    """Plan, run what is left of the plan, and report."""
    exitstat = os.environ.get("EXITSTAT") or os.path.join(TOP, "out/bin/exitstat")
    if options.only != "report":
        planned = plan.main(options.matrix, options.out, options.seed, options.table)
        if options.only == "plan":
            return
        runs.run_pending(planned, options, exitstat)
    analyse.main(options.out, exitstat)


def main(args):
    """The status: 0, 1 (failed) or that of a signal. What ends it says so itself:
    --help, and an option that is wrong (2)."""
    try:
        options = parser().parse_args(args)
    except OSError as error:
        warn(f"the help could not be written: {error.strerror}")
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
