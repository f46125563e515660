# SPDX-License-Identifier: GPL-2.0-only
"""Sentences about all kinds of figures."""
import unittest

from ..words import RULE, sentence


def pair(x):
    return x if isinstance(x, tuple) else (x, None)


def row(label, reasons, runs=1, per_op=True, **axes):
    """A guest. reasons: name: (exits, exits per operation, shares of time in the handler
    and in user space), each a mean or a pair of mean and interval."""
    found = {name: {"exits": n, "per_op": pair(each), "handler": pair(kvm),
                    "userspace": pair(user)}
             for name, (n, each, kvm, user) in reasons.items()}
    total = sum(r["per_op"][0] for r in found.values())
    return {"label": label, "runs": runs, "reasons": found,
            "config": {"bus": "virtio", "cpu": "host", "accel": "kvm", **axes},
            "exits_per_op": (total if per_op else None,
                             None if runs == 1 else total / 100)}


def five(label, each, share, **axes):
    """A guest with five runs."""
    return row(label, {"IO": (9000, each, 0, share)}, runs=5, **axes)


VIRTIO = row("baseline", {"IO": (30, 3, .01, .02), "HLT": (500, 50, .03, 0)})
IDE = row("bus=ide", {"IO": (1000, 100, .1, .61), "HLT": (900, 90, .05, 0)}, bus="ide")
NEAR = row("bus=ide", {"HLT": (600, 60, .05, 0)}, bus="ide")
ENOUGH = row("baseline", {"IO": (200, 20, 0, .3)})
NONE = row("bus=ide", {"HLT": (7, .7, .001, 0)}, bus="ide")
BASE = five("baseline", (90, 9), (.3, .02))
TCG = row("accel=tcg", {}, accel="tcg", per_op=False)


class Words(unittest.TestCase):
    def says(self, text, *rows, emulated=False):
        self.assertEqual(sentence({"name": "b", "title": "file write", "rows": rows},
                                  emulated), f"file write{text}")

    def test_rule(self):
        """the rule states its limits"""
        self.assertIn("at most 50 % of", RULE)
        self.assertIn("at least 200", RULE)

    def test_remedy(self):
        """the neighbour with fewer exits is named as remedy"""
        self.says(" on IDE: 61 % of the vCPUs' time in IO exits to user space; "
                  "virtio removes 97 % of them (one run each).", VIRTIO, IDE)
        # two axes differ: neither alone is the remedy
        far = row("bus=ide cpu=default", {"IO": (4000, 400, .1, .5)}, bus="ide",
                  cpu="default")
        self.says(" on IDE with QEMU's default CPU: 50 % of the vCPUs' time in IO "
                  "exits to user space.", VIRTIO, far)
        self.says(": 3 % of the vCPUs' time in HLT exits in the handler.", VIRTIO)

    def test_single_runs(self):
        """with single runs only large differences are reported"""
        # less than twice as much, so the sentence is about the baseline
        self.says(" in the baseline: 3 % of the vCPUs' time in HLT exits in the handler.",
                  VIRTIO, NEAR)
        in_baseline = (" in the baseline: 30 % of the vCPUs' time in IO exits to user "
                       "space")
        # half as many, but of too few exits
        few = row("baseline", {"IO": (199, 20, 0, .3)})
        self.says(in_baseline + ".", few,
                  row("bus=ide", {"IO": (1, .1, 0, .01)}, bus="ide"))
        self.says(in_baseline + "; IDE removes 50 % of them (one run each).", ENOUGH,
                  row("bus=ide", {"IO": (100, 10, 0, .01)}, bus="ide"))
        self.says(in_baseline + ".", ENOUGH,
                  row("bus=ide", {"IO": (102, 10.2, 0, .01)}, bus="ide"))

    def test_absent_reason(self):
        """a reason that is absent with another value is fully removed"""
        self.says(" on IDE: exits hardly matter: the most expensive reason, HLT, takes 0.1 % "
                  "of the vCPUs' time.", NONE,
                  row("baseline", {"IO": (3, .3, 0, .00001)}))
        self.says(" in the baseline: 30 % of the vCPUs' time in IO exits to user "
                  "space; IDE removes 100 % of them (one run each).", ENOUGH, NONE)

    def test_repeats(self):
        """with repeats only significant differences are reported"""
        in_baseline = (" in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to "
                       "user space")
        for end, other in (
                (".", five("bus=ide", (70, 12), (.33, .02), bus="ide")),
                ("; IDE removes 22 % of them.",
                 five("bus=ide", (70, 10), (.33, .02), bus="ide")),
                # significantly fewer, but not enough for a remedy
                (".", five("bus=ide", (73, 1), (.33, .02), bus="ide")),
                ("; IDE removes 100 % of them.",
                 row("bus=ide", {"HLT": (9, .2, 0, 0)}, runs=5, bus="ide")),
                ("; IDE removes 89 % of them (from a single run).",
                 row("bus=ide", {"IO": (100, 10, 0, .01)}, bus="ide"))):
            with self.subTest(end):
                self.says(in_baseline + end, BASE, other)
        self.says(" on IDE: 36.0 +- 0.2 % of the vCPUs' time in IO exits to user "
                  "space; virtio removes 50 % of them.", BASE,
                  five("bus=ide", (180, 9), (.36, .002), bus="ide"))

    def test_no_exits(self):
        """TCG without exits is not a remedy"""
        self.says(" (bus=ide): 61 % of the vCPUs' time in IO exits to user space.", IDE,
                  row("bus=ide accel=tcg", {}, accel="tcg", per_op=False, bus="ide"))
        self.says(": no exits, because TCG does not use KVM.", TCG)
        self.says(": no exits were recorded in its window.", row("baseline", {}), TCG)
        self.says(": no result.", {**TCG, "runs": 0})

    def test_emulated(self):
        """in an emulator counts are reported, times are not"""
        for text, *rows in (
                (" on IDE: 53 % of its exits are IO; virtio removes 97 % of them (one "
                 "run each).", VIRTIO, IDE),
                (" in the baseline: 94 % of its exits are HLT.", VIRTIO, NEAR),
                (" on IDE: 100 % of its exits are IO; virtio removes 50 % of them.",
                 BASE, five("bus=ide", (180, 9), (.36, .002), bus="ide")),
                (" in the baseline: 100 % of its exits are IO; IDE removes 22 % of "
                 "them.", BASE, five("bus=ide", (70, 10), (.33, .02), bus="ide"))):
            with self.subTest(text):
                self.says(text, *rows, emulated=True)
