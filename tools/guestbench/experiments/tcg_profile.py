#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Profile how QEMU spends the time of a TCG guest, by sampling.

usage: tcg_profile.py DATA COMMAND...    run COMMAND, under perf if possible
       tcg_profile.py --classify DATA    print one line per sample: time, thread, class

perf samples the stacks of QEMU's threads by a timer, without a PMU. QEMU has no symbols
except for the functions exported to its modules, which is sufficient: translation runs
below tb_gen_code, helpers are called by generated code, where the stack cannot be
unwound further, and device accesses go through memory_region_dispatch_*. Times are
seconds of CLOCK_MONOTONIC, like the phases of a recording.
"""
import os
import re
import subprocess
import sys

PERIOD_NS = 9973000     # sampling period: a prime number of us, unlike any timer's
PERF = ["perf", "record", "-q", "-z", "-k", "CLOCK_MONOTONIC", "-e", "cpu-clock",
        "-c", str(PERIOD_NS), "--call-graph", "dwarf,8192", "-o"]
SCRIPT = ["perf", "script", "-F", "tid,time,ip,sym,dso", "-i"]

# The outermost functions of a complete stack.
ENDS = {"clone", "clone3", "start_thread", "_start"}
KERNEL = re.compile(r"\[kernel|\[guest\.kernel|\.ko$")
# perf's names for code without a file: by process, or QEMU's, depending on options.
GENERATED = re.compile(r"/perf-\d+\.map$|^//anon|tcg-jit")
DEVICE = re.compile(r"memory_region_dispatch_|qemu_mutex_lock_iothread|bql_lock")
HEAD = re.compile(r"\s*(\d+)\s+(\d+\.\d+):")
FRAME = re.compile(r"\s+[0-9a-f]+ (.*) \((.*)\)$")


def can(perf):
    try:
        return subprocess.run([*perf, os.devnull, "true"], check=False,
                              capture_output=True).returncode == 0
    except OSError:
        return False


def stacks(lines):
    """Yield (thread, time, [(symbol, file)]), the innermost frame first."""
    head, frames = None, []
    for line in lines:
        frame, start = FRAME.match(line), HEAD.match(line)
        if frame:
            frames.append(frame.groups())
        elif start:
            if head:
                yield *head, frames
            head, frames = start.groups(), []
    if head:
        yield *head, frames


def classify(frames):
    """The class of a stack. QEMU's own code is "other" here; classified() turns it into
    "loop" for vCPU threads."""
    symbols = {symbol for symbol, _ in frames}
    if not frames:
        return "unknown"
    if "tb_gen_code" in symbols:
        return "translate"      # including the host kernel's work for it
    generated = GENERATED.search(frames[-1][1])
    if generated and len(frames) == 1:
        return "code"
    if generated and any(DEVICE.search(s) for s in symbols):
        return "device"
    if KERNEL.search(frames[0][1]):
        return "kernel"
    if generated:
        return "helper"
    return "other" if frames[-1][0] in ENDS else "unknown"


def classified(lines):
    """Yield (time, thread, class); samples of other threads than vCPUs are "beside"."""
    samples = [(time, tid, classify(frames), any(
        s in ("tcg_cpus_exec", "cpu_exec") for s, _ in frames))
        for tid, time, frames in stacks(lines)]
    vcpus = {tid for _, tid, kind, runs in samples
             if runs or kind in ("code", "helper", "translate")}
    for time, tid, kind, _ in samples:
        if kind == "other":
            kind = "loop"
        yield time, tid, kind if tid in vcpus else "beside"


def main(args):
    if args[0] != "--classify":
        under = [*PERF, args[0], "--"] if can(PERF) else []
        command = [*under, *args[1:]]
        try:
            os.execvp(command[0], command)
        except OSError as e:
            print(f"tcg_profile.py: {command[0]}: {e.strerror}", file=sys.stderr)
            return 127
    print(f"# {PERIOD_NS} ns each: time, thread, class")
    with subprocess.Popen([*SCRIPT, args[1]], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, errors="replace") as perf:
        for sample in classified(perf.stdout):
            print(*sample)
    return min(perf.returncode, 1)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print("usage: tcg_profile.py DATA COMMAND..., or --classify DATA",
              file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
