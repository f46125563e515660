# SPDX-License-Identifier: GPL-2.0-only
"""Compare the exits of an inner guest with guests/guests.cfg, which lists the exits of
each exit generator.

The exits of L2 counted by the recorded KVM must equal the table, reason by reason.
Additional exits are page faults that this KVM resolves for L2, interrupts of the host
and of L1's timer, and their windows; these are not reflected to L1, all others are.
"""
import os
import re

from ...messages import TOP

GUESTS = os.path.join(TOP, "guests/guests.cfg")
NOTHING = "exits:nothing:0"
COLUMNS = {"VMRUN": 3, "VMRESUME": 2}   # by an exit that L1 makes of each entry
TIMER = "PREEMPTION_TIMER"
ANY_NUMBER = ("page-fault", "interrupt", "timer", "window")   # classes


def read_guests(column):
    """{guest: [(class, reason, number)]}"""
    guests = {}
    with open(GUESTS, encoding="utf-8") as f:
        for line in f:
            words = line.split()
            if words and not line.startswith("#") and words[column] != "-":
                guests.setdefault(words[0], []).append(
                    (words[1], words[column], words[4]))
    return guests


def expected(guests, guest):
    """{reason: (number, whether it is a minimum)}; None for reasons outside the table."""
    if guest not in guests:
        return None
    want = {TIMER: (0, True)}
    for name in dict.fromkeys((NOTHING, guest)):
        for kind, reason, text in guests[name]:
            number = re.search(r"\d+$", text)
            before, least = want.get(reason, (0, False))
            want[reason] = (before + int(number[0] if number else 0),
                            least or kind in ANY_NUMBER)
    return want


def generator(name):
    """The name in guests.cfg of the guest of the benchmark nested-NAME-N."""
    row, _, n = name.removeprefix("nested-").rpartition("-")
    return NOTHING if row == "nothing" else f"exits:{row.replace('-', '_')}:{n}"


def judge_row(row, want):
    nesting, runs = row["nesting"], row["runs"]
    l2, reflected = (nesting["reasons"][c] for c in ("l2", "reflected"))
    for reason in sorted({*l2, *want}):
        have = l2.get(reason, 0)
        number, least = want.get(reason, (0, False))
        number *= runs
        if have < number or have > number and not least:
            yield f"{reason}: {have} exits of L2, not {number}"
        if not least and reflected.get(reason, 0) != have:
            yield f"{reason}: {have} exits of L2, {reflected.get(reason, 0)} reflected"
    counted = sum(r["exits"] for r in row["reasons"].values())
    if nesting["l1"] + nesting["l2"] != counted:
        yield (f"{nesting['l1']} exits of L1, {nesting['l2']} of L2, "
               f"{counted} in the window")


def not_as_known(_, report):
    nested = [b for b in report["benchmarks"] if b["family"] == "nested"]
    if not nested:
        yield "no nested guest"
    for benchmark in nested:
        for row in benchmark["rows"]:
            what = f"{benchmark['name']}, {row['label']}"
            made = row["nesting"] and row["nesting"]["reasons"]["l1"]
            column = next((c for r, c in COLUMNS.items() if made and made.get(r)), None)
            if not column:
                yield f"{what}: no exits of L2"
                continue
            want = expected(read_guests(column), generator(benchmark["name"]))
            if want is None:
                yield f"{what}: not in guests.cfg"
                continue
            yield from (f"{what}: {w}" for w in judge_row(row, want))
