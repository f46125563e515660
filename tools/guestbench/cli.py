# SPDX-License-Identifier: GPL-2.0-only
"""Run benchmarks in a guest, and report which VM exits their scores are made of.

  guestbench [options]
    --quick         the matrix of minutes, for the labs (unless given)
    --full          the matrix of hours, for real hardware
    --libvirt       one guest of minutes, as a domain of libvirt
    --matrix FILE   a matrix of your own: copy one of
                    tools/guestbench/matrix/*.conf and edit it
    --lab NAME      in the nested guest of a lab: svm, vmx or kvm; else on
                    this machine, as root
    --out DIR       one directory for each run, with its recording and its
                    guest's output (out/guestbench-NAME); what is done there
                    already is not done again
    --seed N        the order of the runs; without it a new one, which is
                    reported
    --retry         run again what was partial or failed
    --plan          only plan the runs
    --report        only the tables of what is there
    --series X.Y    the kernel line (6.12)
    --quiet         only results and errors
  guestbench plan MATRIX DIR SEED [TABLE]
  guestbench analyse DIR EXITSTAT

Interrupt it when you like: the same command continues. The tables go to stdout
and report.txt, .html and .json in DIR. docs/benchmarks.md describes them. The
status is 1 if a run is partial or failed, or a benchmark has no score.
Environment: EXITSTAT, the tool (out/bin/exitstat, built first).
"""
import os
from types import SimpleNamespace

from . import analyse, plan, runs
from .conffile import Bad
from .messages import HERE, TOP, warn
from .process import Interrupted

# Commands that only read and write files: function, least and most arguments.
COMMANDS = {"plan": (plan.main, 3, 4), "analyse": (analyse.main, 2, 2)}
MATRICES = ("quick", "full", "libvirt")
VALUES = ("matrix", "lab", "out", "seed", "series")
LABS = ("svm", "vmx", "kvm")


class Usage(Exception):
    """A command line that is not understood."""


def matrix_file(name):
    return os.path.join(HERE, "matrix", f"{name}.conf")


def defaults():
    return SimpleNamespace(
        matrix=matrix_file("quick"), lab="", out="", seed="-", series="6.12",
        retry=False, quiet=False, only="", help=False)


def parse(args):
    """The options as members of a namespace."""
    options, args = defaults(), list(args)
    while args:
        word = args.pop(0)
        name = "help" if word == "-h" else word.removeprefix("--")
        if name == word or name not in (
                *MATRICES, *VALUES, "plan", "report", "retry", "quiet", "help"):
            raise Usage(f"{word}: unknown option")
        if name in VALUES:
            setattr(options, name, args.pop(0) if args else "")
            if not getattr(options, name):
                raise Usage(f"{word} needs a value")
        elif name in MATRICES:
            options.matrix = matrix_file(name)
        elif name in ("plan", "report"):
            options.only = name
        else:
            setattr(options, name, True)
    if options.lab and options.lab not in LABS:
        raise Usage(f"{options.lab}: no such lab (svm, vmx or kvm)")
    options.out = options.out or os.path.join(
        TOP, "out", f"guestbench-{options.lab or 'here'}")
    return options


def command(args):
    """The function of a command and its arguments; None for other words."""
    function, least, most = COMMANDS.get(args[0] if args else "", (None, 0, 0))
    if function and not least <= len(args) - 1 <= most:
        raise Usage(f"{args[0]}: {len(args) - 1} arguments")
    return function and (lambda: function(*args[1:]))


def run(options):
    """Plan, run what is left of the plan, and report."""
    exitstat = os.environ.get("EXITSTAT") or os.path.join(TOP, "out/bin/exitstat")
    if options.only != "report":
        planned = plan.main(options.matrix, options.out, options.seed)
        if options.only == "plan":
            return
        runs.run_pending(planned, options, exitstat)
    analyse.main(options.out, exitstat)


def start(args):
    function = command(args)
    if function:
        function()
        return
    options = parse(args)
    if options.help:
        print(__doc__, end="")
        return
    if options.quiet:
        os.environ["EXITSTAT_QUIET"] = "1"
    run(options)


def main(args):
    """The status: 0, 1 (failed) or 2 (usage), or that of a signal."""
    try:
        start(args)
    except Usage as error:
        warn(f"{error} (try --help)")
        return 2
    except Bad as error:
        warn(error)
        return 1
    except Interrupted as signal:
        warn("interrupted (the same command continues)")
        return signal.status
    except KeyboardInterrupt:
        return 130
    return 0
