# SPDX-License-Identifier: GPL-2.0-only
"""Split the overhead of a guest over the bare host into its components.

The time is that of the benchmark, from start to end, by the clock of its environment.
vCPU time splits into components: under KVM guest mode, and handler and user-space time
by exit reason, from the recording; under TCG the classes sampled by tcg_profile.py.
Time in no component is idle or runnable-waiting time. Overhead is every component
except execution, of which only the excess over native counts (all native time is
execution). Shares of the overhead add up to 1.
"""
import re
from collections import Counter, defaultdict

from .. import matrix
from ..figures import mean_ci, ratio_ci
from ..results import text_of

EXECUTION = {"kvm": "guest", "tcg": "code"}
WAITING = "waiting"
NAMES = {
    "guest": "guest mode beyond native",
    "code": "generated code beyond native",
    "translate": "translating",
    "helper": "helpers",
    "loop": "QEMU's vCPU loop",
    "kernel": "the host's kernel",
    "device": "devices",
    "unknown": "unknown",
    "preempted": "preempted",
    WAITING: "idle or waiting for a CPU",
}
PLACES = {"handler_ns": "in the handler", "userspace_ns": "to user space"}
SAID = 0.0005       # smaller shares are not printed


def seconds(run, name):
    """The duration of the benchmark; None if it failed."""
    found = re.findall(rf"^guestbench: status {re.escape(name)} 0 ([\d.]+);",
                       text_of(run.path, "guest.log"), re.M)
    return float(found[-1]) if found and float(found[-1]) > 0 else None


def parse_samples(text):
    """(sampling period in seconds, [(time, class)])"""
    head, *lines = text.splitlines() or [""]
    period = re.match(r"# (\d+) ns each", head)
    if not period:
        return 0.0, []
    return int(period[1]) / 1e9, [
        (float(time), kind) for time, _, kind in map(str.split, lines)]


def tcg_parts(samples, begin_ns, end_ns):
    """The seconds of each class in a window; "beside" means other threads."""
    each, points = samples
    nr = Counter(kind for time, kind in points
                 if begin_ns <= time * 1e9 < end_ns)
    return {kind: n * each for kind, n in nr.items()}


def kvm_parts(window):
    """The seconds in guest mode, in the exits of each reason, and preempted."""
    parts = {"guest": window.guest_ns / 1e9,
             "preempted": window.time("preempted_ns") / 1e9}
    for reason, times in window.times.items():
        for kind, place in PLACES.items():
            if times[kind]:
                parts[f"{reason} {place}"] = times[kind] / 1e9
    return parts


def _windows(run):
    """The components of each benchmark of a run, {} if unknown."""
    if run.config["accel"] == "kvm":
        return {n: kvm_parts(w) for n, w in run.windows.items() if w.elapsed_ns}
    samples = parse_samples(text_of(run.path, "tcg.samples"))
    if not samples[1]:
        return {}
    return {n: tcg_parts(samples, w.begin_ns, w.end_ns)
            for n, w in run.windows.items() if w.end_ns}


def account(parts, took, native, vcpus, execution):
    """The shares of the overhead, which add up to 1; {} without overhead."""
    extra = took - native
    if extra <= 0 or not parts:
        return {}
    per_vcpu = {k: s / vcpus for k, s in parts.items() if k != "beside"}
    shares = {k: s / extra for k, s in per_vcpu.items()}
    shares[execution] = (per_vcpu.get(execution, 0.0) - native) / extra
    shares[WAITING] = (took - sum(per_vcpu.values())) / extra
    return shares


def ran(parts):
    """The shares of CPU time of the vCPU threads, without waiting time."""
    own = {k: s for k, s in parts.items() if k != "beside"}
    total = sum(own.values())
    return {k: s / total for k, s in own.items()} if total else {}


def _means(samples):
    """{part: (mean, ci)} of dictionaries; a missing part counts as 0."""
    return {k: mean_ci([s.get(k, 0.0) for s in samples])
            for k in {k: None for s in samples for k in s}}


def _row(row, native, runs, better):
    native_s = mean_ci([t for _, t in runs[matrix.label(native["config"])]])[0]
    own = runs[matrix.label(row["config"])]
    if native_s is None or not own:
        return None
    vcpus = int(row["config"]["vcpus"])
    execution = EXECUTION[row["config"]["accel"]]
    accounts = [account(parts, took, native_s, vcpus, execution)
                for parts, took in own]
    return {
        "label": row["label"],
        "speed": ratio_ci(row["score"], native["score"], better),
        "seconds": mean_ci([took for _, took in own]),
        "native_seconds": native_s,
        "parts": _means([{k: s / vcpus / took for k, s in parts.items()}
                         for parts, took in own if parts]),
        "extra": _means([a for a in accounts if a]),
        "ran": _means([ran(parts) for parts, _ in own if parts])
               if row["config"]["accel"] == "tcg" else {},
    }


def _native_of(row, rows):
    return next((r for r in rows if r["config"]["accel"] == matrix.NATIVE
                 and r["config"]["vcpus"] == row["config"]["vcpus"]), None)


def collect(benchmarks, runs):
    """Add a list "overhead" to each benchmark of figures.collect, with an entry for
    each guest that has a native run to compare with."""
    by_name = defaultdict(lambda: defaultdict(list))
    for run in runs:
        if run.state is None:
            continue
        native = run.config["accel"] == matrix.NATIVE
        windows = {} if native else _windows(run)
        for task in run.tasks:
            took = seconds(run, task.name)
            # A benchmark that marks its own window takes longer than the window.
            parts = windows.get(task.name, {}) if task.marks != "own" else {}
            if took:
                by_name[task.name][matrix.label(run.config)].append((parts, took))
    for b in benchmarks:
        pairs = [(row, _native_of(row, b["rows"])) for row in b["rows"]
                 if row["config"]["accel"] != matrix.NATIVE]
        b["overhead"] = list(filter(None, (
            _row(row, native, by_name[b["name"]], b["better"])
            for row, native in pairs if native)))


def percent(share):
    return f"{100 * share:.1f}"


def in_words(shares, names):
    """"translating 3.1 +- 0.2 %, ...", largest first."""
    return ", ".join(
        f"{names.get(name, name)} {percent(mean)}"
        + (f" +- {percent(ci)}" if ci is not None else "") + " %"
        for name, (mean, ci) in sorted(
            shares.items(), key=lambda item: (-abs(item[1][0]), item[0]))
        if abs(mean) >= SAID)


def words(row):
    """(% of native speed, ratio of times, components of the overhead, what QEMU's
    vCPU threads ran)"""
    speed, ci = row["speed"]
    return ("-" if speed is None else percent(speed)
            + (f" +- {percent(ci)}" if ci is not None else ""),
            f"{row['seconds'][0] / row['native_seconds']:.2f}",
            in_words(row["extra"], NAMES) or
            ("no overhead" if row["parts"] else "unknown"),
            in_words(row["ran"], {**NAMES, "code": "generated code"}))
