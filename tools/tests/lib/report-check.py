#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Check the output of report -j.

  report-check.py sums JSON           every sum in it is the sum of its cells
  report-check.py rows JSON EXPORT    its cells are the rows of EXPORT (export -f json)
  report-check.py keys JSON MAN       the man page MAN documents each of its keys
  report-check.py vms FILE            move each vCPU of the recording FILE to its own VM
"""
import json
import re
import sqlite3
import sys
from collections import Counter

COUNTS = ("exits", "l1", "l2", "reflected", "fastpath", "userspace")
TIMES = ("handler_ns", "userspace_ns", "polling_ns", "blocked_ns", "preempted_ns",
         "sleeping_ns", "cost_ns")
THREAD = ("elapsed_ns", "guest_ns", "attempts", "entry_failed", "entry_emulated")


def fail(text):
    sys.exit(f"report-check: {text}")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def equal(got, want, what):
    if got != want:
        fail(f"{what}: {got}, not {want}")


def add(cells):
    """Sum the cells; None where no cell has a value."""
    known = [(key, c[key]) for c in cells for key in COUNTS + TIMES + THREAD
             if c.get(key) is not None]
    total, users = Counter(), Counter()
    for key, n in known:
        total[key] += n
    for c in cells:
        users.update(c.get("userspace_exits") or {})
        total["max_ns"] = max(total["max_ns"], c.get("max_ns") or 0)
    return total, users


def check(row, cells, what, keys):
    total, users = add(cells)
    for key in keys:
        equal(row[key] or 0, total[key], f"{what}: {key}")
    if "max_ns" in row:
        equal(row["max_ns"] or 0, total["max_ns"], f"{what}: max_ns")
    if "userspace_exits" in row:
        equal(+Counter(row["userspace_exits"] or {}), +users, f"{what}: userspace_exits")


def check_phases(phases, cells, what, report):
    for p in phases:
        own = [c for c in cells if c["phase_id"] == p["id"]]
        check(p, own, f"{what}: phase {p['name']}", COUNTS + TIMES + THREAD)
        equal(p["percent"] is None, not report["answers"]["exits"], "percent")
        for r in p["by_reason"]:
            check(r, [c for c in own if c["reason"] == r["name"]],
                  f"{what}: {p['name']}: {r['name']}", COUNTS + TIMES)
    ids = {p["id"] for p in phases}
    return [c for c in cells if c["phase_id"] not in ids]


def sums(path):
    report = load(path)
    cells = report["cells"]
    place = [(c["vm"], c["vcpu"], c["phase_id"], c["reason"]) for c in cells]
    equal(len(set(place)), len(place), "cells with the same key")
    equal(report["answers"]["exits"], add(cells)[0]["exits"], "exits")
    for r in report["reasons"]:
        check(r, [c for c in cells if c["reason"] == r["name"]], r["name"], COUNTS + TIMES)
    for v in report["vcpus"]:
        check(v, [c for c in cells if (c["vm"], c["vcpu"]) == (v["vm"], v["vcpu"])],
              f"vCPU {v['vcpu']}", ("exits",))
    # time before the first phase is in no phase of the total, but in phases of each VM
    equal({c["phase_id"] for c in check_phases(report["phases"], cells, "all", report)} - {None},
          set(), "phases")
    for vm in report["vms"]:
        own = [c for c in cells if c["vm"] == vm["vm"]]
        check(vm, own, f"VM {vm['vm']}", COUNTS + TIMES + THREAD)
        equal([c for c in check_phases(vm["phases"], own, f"VM {vm['vm']}", report)
               if c.get("exits") or c.get("elapsed_ns")], [], "phases per VM")
        for v in vm["vcpus"]:
            check(v, [c for c in own if c["vcpu"] == v["vcpu"]],
                  f"VM {vm['vm']}: vCPU {v['vcpu']}", COUNTS + TIMES + THREAD)
    check_whole(report, cells)


def check_whole(report, cells):
    total, users = add(cells)
    accounting, time = report["accounting"], report["time"]
    equal(Counter(report["userspace_exits"] or {}), users, "userspace_exits")
    if accounting:
        check(accounting, cells, "accounting", THREAD[2:])
        equal(accounting["unaccounted"], accounting["attempts"] - total["exits"]
              - accounting["entry_failed"] - accounting["entry_emulated"], "unaccounted")
    equal(time is None, report["costs"] is None, "time")
    if time:
        equal(time["elapsed_ns"], total["elapsed_ns"], "elapsed_ns")
        equal(time["cost_ns"], total["cost_ns"], "cost_ns")
        equal([s["ns"] for s in time["states"]],
              [total[f"{s['name']}_ns"] for s in time["states"]], "states")
        equal(sum(c["cost_ns"] for c in report["costs"]), total["cost_ns"], "costs")


def rows(path, export):
    """Sum by VM, vCPU, phase name and reason, the keys of export's rows."""
    tables = load(export)
    got, want = {}, {}
    for c in load(path)["cells"]:
        key = (c["vm"], c["vcpu"], c["phase"], c["reason"])
        into = got.setdefault(key, Counter())
        for k in COUNTS[1:] + TIMES[:-1] + THREAD:
            into[k] += c.get(k) or 0
        for name, n in (c.get("userspace_exits") or {}).items():
            into[f"KVM_EXIT {name}"] += n
    for name in "exits", "time", "vcpu_time", "entries", "userspace":
        for r in tables[name] or ():
            key = (r["vm"], r["vcpu"], r["phase"], r.get("reason"))
            into = want.setdefault(key, Counter())
            for k in COUNTS[1:] + TIMES[:-1] + THREAD:
                into[k] += r.get(k) or 0
            if "kvm_exit_name" in r:
                into[f"KVM_EXIT {r['kvm_exit_name']}"] += r["count"]
    for key in sorted({*got, *want}, key=str):
        equal(+got.get(key, Counter()), +want.get(key, Counter()), key)


def names_of(value):
    """Return all keys, except the names of KVM_EXIT."""
    if isinstance(value, dict):
        for key, v in value.items():
            yield key
            if key != "userspace_exits":
                yield from names_of(v)
    if isinstance(value, list):
        for v in value:
            yield from names_of(v)


def keys(path, man):
    with open(man, encoding="utf-8") as f:
        section = f.read().partition("\n.Sh JSON\n")[2].partition("\n.Sh ")[0]
    named = set(re.findall(r"[a-z0-9_]+", " ".join(
        line for line in section.splitlines() if re.match(r"\.(It )?Cm ", line))))
    used = set(names_of(load(path)))
    equal(sorted(used - named), [], f"keys missing in {man}")


def vms(file):
    db = sqlite3.connect(file)
    db.execute("INSERT INTO vm SELECT id + 1, vm_id + 1, pid + 1, name || ' 2', comm, cmdline, machine, "
               "created_ns, destroyed_ns FROM vm")
    db.execute("UPDATE vcpu SET vm = id, vcpu_id = 0")
    db.commit()


if __name__ == "__main__":
    {f.__name__: f for f in (sums, rows, keys, vms)}[sys.argv[1]](*sys.argv[2:])
