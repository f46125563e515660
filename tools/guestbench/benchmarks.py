# SPDX-License-Identifier: GPL-2.0-only
"""The table of benchmarks (benchmarks.conf): the commands that the guest runs, and
how to find the score in their output."""
import itertools
import math
import os
import re
from collections import namedtuple

from .conffile import Bad, assignments, one_of, read_text, whole
from .matrix import AXES

TABLE = os.path.join(os.path.dirname(__file__), "benchmarks.conf")
NAME_MAX = 24       # a phase name has at most 31 characters, including "after "
NEEDED = ("family", "tool", "command", "name", "quick", "full", "score", "unit",
          "better", "operations", "operation")
OPTIONAL = ("before", "marks", "words", "memory", "disk", "needs", "scale")
SUFFIX = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}

# A benchmark ready to run. operations: a number, or a regular expression with a group.
Task = namedtuple("Task", "name words family tool marks before command score scale "
                          "unit better operations operation")

# A requested benchmark. too_large: why it does not fit into the guest's memory or
# disk, or None. needs: (axis, value) pairs that a guest must have to run it.
Candidate = namedtuple("Candidate", "task too_large needs")


class Table:
    def __init__(self, text, where):
        self.where, self.sections = where, {}
        section = None
        for nr, name, value in assignments(text, where):
            if value is None:
                section = self.sections.setdefault(name, {})
                if section:
                    raise Bad(f"{where}:{nr}: [{name}]: given twice")
            elif section is not None and name == "like":
                if value not in self.sections:
                    raise Bad(f"{where}:{nr}: like = {value}: no section above")
                section.update({**self.sections[value], **section})
            elif section is None or name not in NEEDED + OPTIONAL:
                raise Bad(f"{where}:{nr}: {name}: not a key of a benchmark")
            else:
                section[name] = value
        for name, section in self.sections.items():
            self._check(name, section)

    def _check(self, name, section):
        missing = [key for key in NEEDED if not section.get(key)]
        if missing:
            raise Bad(f"{self.where}: [{name}]: no {missing[0]}")
        try:
            one_of(section["better"], ("higher", "lower"), "better")
            one_of(section.get("marks", "around"), ("around", "own"), "marks")
            for axis, value in _needs(section):
                one_of(axis, AXES, "needs")
                one_of(value, AXES[axis], f"needs: {axis}")
            if re.compile(section["score"]).groups != 1:
                raise Bad("score: needs one group")
        except (Bad, re.error) as e:
            raise Bad(f"{self.where}: [{name}]: {e}") from None

    def names(self):
        """The names that a matrix may use: families, then benchmarks."""
        families = dict.fromkeys(s["family"] for s in self.sections.values())
        return [*families, *(n for n in self.sections if n not in families)]

    def tasks(self, wanted, size, values, config=None):
        """The candidates that a guest with this configuration can run; without a
        configuration, all that fit into some guest."""
        return [c.task for c in self.candidates(wanted, size, values)
                if not c.too_large and not (config and unmet(c, config))]

    def candidates(self, wanted, size, values):
        """The benchmarks with these families or names, in the order of the table.
        values: those of the configuration, with memory and disk in MiB."""
        for name in wanted:
            if name not in self.names():
                raise Bad(f"benchmarks = {name}: unknown (one of: "
                          f"{' '.join(self.names())})")
        tasks = []
        for name, section in self.sections.items():
            if name in wanted or section["family"] in wanted:
                tasks += self._expand(name, section, size, values)
        return tasks

    def _expand(self, name, section, size, values):
        sizes = [pair.partition("=") for pair in section[size].split()]
        keys = [key for key, _, _ in sizes]
        rows = itertools.product(*(v.split(",") for _, _, v in sizes))
        try:
            return [Candidate(_task(section, row, values),
                              _too_large(section, row, values),
                              tuple(_needs(section)))
                    for row in (dict(zip(keys, row)) for row in rows)]
        except Bad as e:
            raise Bad(f"{self.where}: [{name}]: {e}") from None


def _needs(section):
    for pair in section.get("needs", "").split():
        axis, _, value = pair.partition("=")
        yield axis, value


def unmet(candidate, config):
    """The first "AXIS=VALUE" that the benchmark needs and this guest lacks, or
    None."""
    return next((f"{axis}={value}" for axis, value in candidate.needs
                 if config[axis] != value), None)


def _task(section, sizes, config):
    values = {**config, **sizes}

    def fill(key, known=values):
        try:
            return section.get(key, "").format_map(known)
        except (KeyError, ValueError, IndexError) as e:
            raise Bad(f"{key}: {{{e.args[0]}}} has no value") from None
    # The name must not depend on the guest: results are compared by name.
    name = re.sub(r"[^a-z0-9.-]", "x", fill("name", sizes))
    if len(name) > NAME_MAX:
        raise Bad(f"{name}: longer than {NAME_MAX} characters")
    return Task(name=name, words=fill("words", sizes) or name,
                family=section["family"], tool=section["tool"],
                marks=section.get("marks", "around"),
                before=fill("before"), command=fill("command"),
                score=section["score"], unit=section["unit"],
                scale=whole(section.get("scale", "1"), 1, 10 ** 9, "scale"),
                better=section["better"], operations=_operations(section, values),
                operation=section["operation"])


def _product(text, values):
    """The product of numbers with optional suffixes; None for any other text."""
    text = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), text)
    factors = [re.fullmatch(r" *(\d+)([kmg]?) *", f) for f in text.split("*")]
    if not all(factors):
        return None
    return math.prod(int(f[1]) * SUFFIX[f[2]] for f in factors)


def _too_large(section, sizes, config):
    """The reason why this size does not fit, or None."""
    for what in ("memory", "disk"):
        if what not in section or what not in config:
            continue
        needs = _product(section[what], {**config, **sizes})
        if needs is None:
            raise Bad(f"{what}: not a product of numbers")
        if needs > int(config[what]) * SUFFIX["m"] * 3 // 4:
            return (f"needs {needs / SUFFIX['m']:,.0f} MiB, more than three "
                    f"quarters of the guest's {what}")
    return None


def _operations(section, values):
    """The value of a product of numbers, or a regular expression to search for."""
    text = section["operations"]
    product = _product(text, values)
    if product is not None:
        return product
    try:
        groups = re.compile(text).groups
    except re.error as e:
        raise Bad(f"operations: {e}") from None
    if groups != 1:
        raise Bad("operations: neither a product nor an expression with a group")
    return text


def measure(task, output):
    """(score, operations) from the benchmark's output; None for one not found."""
    operations = task.operations
    if not isinstance(operations, int):
        operations = _last_number(operations, output)
    score = _last_number(task.score, output)
    return score and score * task.scale, operations


def _last_number(expression, output):
    found = re.findall(expression, output)
    try:
        number = float(found[-1])
    except (IndexError, ValueError):
        return None
    return number if math.isfinite(number) else None


def load(path):
    return Table(read_text(path), path)
