# SPDX-License-Identifier: GPL-2.0-only
"""What runs in which order: a matrix becomes a directory with one directory for
each boot of a guest.

Each run has what run-one needs, as plain files: "tasks" (benchmarks, one per
line), "phases.conf" (a window for each, and one for each gap), "args" (of QEMU,
one per line), "domain.xml" and "forward" (for libvirt) or "native" (processors;
there is no VM), "disk" (format, MiB, volume) and "limit" (seconds). plan.json says
the same to analyse, and is written last. A DIR that has one is continued, if
it is from the same matrix and table.

Every repeat has all configurations, in an order of its own, so that what
changes with time on the machine is not taken for a difference.
"""
import json
import os
import random
import secrets
import shlex

from . import benchmarks, libvirt, matrix, qemu
from .conffile import Bad, whole
from .messages import say, warn

# Of "exitstat record --phases". A benchmark is two phases, and the boot is one.
PHASES_MAX = 128
TASKS_MAX = (PHASES_MAX - 1) // 2
RUNS_MAX = 9999
SEED_MAX = (1 << 31) - 1


def parts(tasks, limit):
    """As many benchmarks in one boot as exitstat can tell apart, no fewer in
    one than in another."""
    if not tasks:
        return []
    nr = -(-len(tasks) // limit)
    size = -(-len(tasks) // nr)
    return [tasks[i:i + size] for i in range(0, len(tasks), size)]


def asked(mx, config):
    """What a table wants to know."""
    return (mx.settings["benchmarks"], mx.settings["size"],
            {"vcpus": config["vcpus"], "memory": str(mx.settings["memory"]),
             "disk": str(mx.settings["disk-size"])})


def tasks_of(mx, table, config):
    return [t._asdict() for t in table.tasks(*asked(mx, config), config)]


def left_out(mx, table, configs):
    """(benchmark, why) of what some guest, or any, cannot run."""
    candidates = table.candidates(*asked(mx, mx.baseline()))
    for c in candidates:
        if c.too_large:
            yield c.task.name, c.too_large
    for config in configs:
        for c in candidates:
            unmet = benchmarks.unmet(c, config)
            if unmet:
                where = matrix.label(config, mx.baseline())
                yield f"{c.task.name} in {where}", f"it needs {unmet}"


def names(mx, table, runs):
    """Of the benchmarks that run in any guest, in the table's order."""
    planned = {t["name"] for run in runs for t in run["tasks"]}
    return [t.name for t in table.tasks(*asked(mx, mx.baseline()))
            if t.name in planned]


def make_runs(mx, table, configs, seed):
    boots = [{"config": config, "tasks": part} for config in configs
             for part in parts(tasks_of(mx, table, config), TASKS_MAX)]
    if not boots:
        raise Bad(f"benchmarks = {' '.join(mx.settings['benchmarks'])}: none can "
                  "run in any of these guests")
    nr = mx.settings["repeats"] * len(boots)
    if nr > RUNS_MAX:
        raise Bad(f"{nr} runs: more than {RUNS_MAX} (fewer repeats, or "
                  "vary = one)")
    rng = random.Random(seed)
    runs = []
    for repeat in range(1, mx.settings["repeats"] + 1):
        block = [{**boot, "repeat": repeat} for boot in boots]
        rng.shuffle(block)
        runs += block
    for nr, run in enumerate(runs, 1):
        run["dir"] = f"{nr:04d}"
    return runs


def make_plan(mx, table, seed):
    configs, skipped = mx.configs()
    runs = make_runs(mx, table, configs, seed)
    return {
        "version": 1,
        "seed": seed,
        "asked": {"axes": mx.axes, "settings": mx.settings,
                  "table": table.sections},
        "baseline": mx.baseline(),
        "skipped": [[config, why] for config, why in skipped],
        "left_out": list(left_out(mx, table, configs)),
        "benchmarks": names(mx, table, runs),
        "runs": runs,
    }


def phases(tasks):
    yield "boot:"
    for task in tasks:
        yield f"{task['name']}: guestbench: begin {task['name']};"
        yield f"after {task['name']}: guestbench: end {task['name']};"


def command(task, settings):
    """One that takes too long must not take the others' time."""
    if settings["each"] >= settings["timeout"]:
        return task["command"]
    return (f"timeout -k 5 {settings['each']} bash -o pipefail -c "
            f"{shlex.quote(task['command'])}")


def machine(config, memory):
    if config["accel"] == matrix.NATIVE:
        return {"native": [config["vcpus"]]}
    if config["manager"] == "libvirt":
        return {"domain.xml": [libvirt.domain_xml(config, memory)],
                "forward": [qemu.FORWARD]}
    return {"args": qemu.arguments(config, memory)}


def write_run(directory, run, settings):
    lines = {
        "tasks": ["\t".join((t["name"], t["tool"], t["marks"],
                             t["before"] or ":", command(t, settings)))
                  for t in run["tasks"]],
        "phases.conf": phases(run["tasks"]),
        **machine(run["config"], settings["memory"]),
        "disk": [f"{run['config']['disk']} {settings['disk-size']} "
                 f"{settings['volume']}"],
        "limit": [str(settings["timeout"])],
        "label": [f"{matrix.label(run['config'])}, repeat {run['repeat']}"],
    }
    path = os.path.join(directory, run["dir"])
    os.makedirs(path, exist_ok=True)
    for name, content in lines.items():
        keep(os.path.join(path, name), "".join(f"{line}\n" for line in content))


def keep(path, text):
    """Written only where it is not so: another guestbench may be reading."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            if f.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def write_plan(directory, plan):
    try:
        for run in plan["runs"]:
            write_run(os.path.join(directory, "runs"), run,
                      plan["asked"]["settings"])
        path = os.path.join(directory, "plan.json")
        if not os.path.exists(path):
            with open(path + ".new", "w", encoding="utf-8") as f:
                json.dump(plan, f, indent=1)
            os.rename(path + ".new", path)
    except OSError as e:
        raise Bad(f"{e.filename or directory}: {e.strerror} (name another "
                  "--out)") from None


def old_plan(directory):
    """(what was asked for, seed, plan) of what is there already; or None."""
    path = os.path.join(directory, "plan.json")
    try:
        with open(path, encoding="utf-8") as f:
            old = json.load(f)
        return old["asked"], whole(str(old["seed"]), 0, SEED_MAX, "seed"), old
    except FileNotFoundError:
        if os.path.isdir(directory) and set(os.listdir(directory)) - {
                "runs", "plan.json.new"}:
            raise Bad(f"{directory}: not empty and not from guestbench "
                      "(name another --out)") from None
        return None
    except OSError as e:
        raise Bad(f"{path}: {e.strerror} (name another --out)") from None
    except (ValueError, KeyError, TypeError, RecursionError, Bad):
        raise Bad(f"{path}: not a plan (name another --out)") from None


def continued(directory, mx, table, seed):
    """The plan that is there already, or None. The seed makes all of it: what
    is different was damaged, or made by another version."""
    old = old_plan(directory)
    if not old:
        return None
    asked, old_seed, content = old
    if asked != {"axes": mx.axes, "settings": mx.settings,
                 "table": table.sections}:
        raise Bad(f"{directory}: planned from another matrix or table "
                  "(name another --out)")
    if seed != "-" and int(seed) != old_seed:
        raise Bad(f"{directory}: planned with the seed {old_seed} (leave out "
                  "--seed, or name another --out)")
    plan = make_plan(mx, table, old_seed)
    if json.loads(json.dumps(plan)) != content:
        raise Bad(f"{directory}/plan.json: damaged, or of another version of "
                  "guestbench (name another --out)")
    return plan


def main(path, directory, seed, table):
    """seed: a number, or - for a new one."""
    mx, known = matrix.load(path), benchmarks.load(table)
    new_seed = secrets.randbelow(SEED_MAX) if seed == "-" else whole(
        seed, 0, SEED_MAX, "seed")
    old = continued(directory, mx, known, seed)
    plan = old or make_plan(mx, known, new_seed)
    for config, why in plan["skipped"]:
        warn(f"left out: {matrix.label(config, plan['baseline'])}: {why}")
    for name, why in plan["left_out"]:
        warn(f"left out: {name}: {why}")
    write_plan(directory, plan)
    nr = len(plan["runs"])
    say(f"{nr} run{'s' * (nr > 1)}, seed {plan['seed']}"
        + (", continued" if old else ""))
    return plan
