# SPDX-License-Identifier: GPL-2.0-only
"""Plan the runs: turn a matrix into one directory per boot of a guest.

Each run directory has the files that run-one reads: "tasks" (benchmarks, one per
line), "phases.conf" (one window per benchmark and one per gap), "args" (of QEMU,
one per line), "domain.xml" and "forward" (for libvirt) or "native" (number of CPUs;
no VM), "disk" (format, MiB, volume) and "limit" (seconds). plan.json has the same
data for analyse and is written last. A DIR with a plan.json is continued if it was
planned from the same matrix and table.

Each repeat has all configurations, in a random order, so that drift on the machine
does not look like a difference between configurations.
"""
import json
import os
import random
import secrets
import shlex

from . import benchmarks, libvirt, matrix, qemu
from .conffile import Bad, whole
from .messages import say, warn

# The limit of "exitstat record --phases". A benchmark takes two phases, the boot one.
PHASES_MAX = 128
TASKS_MAX = (PHASES_MAX - 1) // 2
RUNS_MAX = 9999
SEED_MAX = (1 << 31) - 1


def parts(tasks, limit):
    """Split benchmarks into boots of at most @limit, of nearly equal size."""
    if not tasks:
        return []
    nr = -(-len(tasks) // limit)
    size = -(-len(tasks) // nr)
    return [tasks[i:i + size] for i in range(0, len(tasks), size)]


def asked(mx, config):
    """The arguments of Table.candidates()."""
    return (mx.settings["benchmarks"], mx.settings["size"],
            {"vcpus": config["vcpus"], "memory": str(mx.settings["memory"]),
             "disk": str(mx.settings["disk-size"])})


def tasks_of(mx, table, config):
    return [t._asdict() for t in table.tasks(*asked(mx, config), config)]


def left_out(mx, table, configs):
    """(benchmark, why) for benchmarks that some or all guests cannot run."""
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
    """The names of the planned benchmarks, in the order of the table."""
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
    """The command, with a time limit that leaves time for the other benchmarks."""
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
    """Write the file only if it differs: another instance may be reading it."""
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
    """(request, seed, plan) of an existing plan, or None."""
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
    """The existing plan, or None. The request and the seed determine the plan, so a
    plan that differs is damaged or comes from another version."""
    old = old_plan(directory)
    if not old:
        return None
    asked, old_seed, content = old
    if asked != {"axes": mx.axes, "settings": mx.settings,
                 "table": table.sections}:
        raise Bad(f"{directory}: planned from another matrix or table "
                  "(name another --out)")
    if seed != "-" and int(seed) != old_seed:
        raise Bad(f"{directory}: planned with the seed {old_seed} (omit --seed, or "
                  "name another --out)")
    plan = make_plan(mx, table, old_seed)
    if json.loads(json.dumps(plan)) != content:
        raise Bad(f"{directory}/plan.json: damaged, or from another version of "
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
