# SPDX-License-Identifier: GPL-2.0-only
"""The matrix: a file that lists the guests to compare.

An axis is a line "NAME = VALUE VALUE ..."; the first values of all axes form the
baseline. "vary = one" changes one axis of the baseline at a time, "vary = all" makes
every combination. This module defines the axes, the settings and the combinations
that are impossible; qemu.py and libvirt.py turn configurations into machines.
"""
import itertools
import re

from .conffile import Bad, assignments, one_of, read_text, whole

# axis: its values; the first is the default.
AXES = {
    "vcpus": ("1", "2", "4", "8"),
    "disk": ("raw", "qcow2", "lvm"),
    "bus": ("virtio", "ide"),
    "cpu": ("default", "host"),
    "machine": ("pc", "q35", "microvm"),
    "accel": ("kvm", "tcg", "native"),
    "manager": ("qemu", "libvirt"),
}

# No VM: the benchmarks run on the host, once for each number of CPUs.
NATIVE = "native"

# Impossible combinations, and why.
CONFLICTS = (
    ({"machine": "microvm", "bus": "ide"}, "microvm has no IDE"),
    ({"machine": "microvm", "manager": "libvirt"}, "libvirt does not support microvm"),
    ({"accel": "tcg", "cpu": "host"}, "-cpu host requires KVM"),
)


def _words(value, what):
    words = value.split()
    if not words:
        raise Bad(f"{what}: no value")
    if len(set(words)) < len(words):
        raise Bad(f"{what} = {value[:40]}: value given twice")
    return words


def _volume(value, what):
    if not re.fullmatch(r"(/[\w.+-]+)*", value, re.ASCII):
        raise Bad(f"{what} = {value[:40]}: not the path of a volume")
    return value


# setting: default, and its parser.
SETTINGS = {
    "vary": ("one", lambda v, n: one_of(v, ("one", "all"), n)),
    "size": ("quick", lambda v, n: one_of(v, ("quick", "full"), n)),
    "repeats": ("5", lambda v, n: whole(v, 1, 100, n)),
    "memory": ("1024", lambda v, n: whole(v, 128, 1 << 20, n)),
    "disk-size": ("1024", lambda v, n: whole(v, 16, 1 << 20, n)),
    "timeout": ("600", lambda v, n: whole(v, 10, 86400, n)),
    "each": ("86400", lambda v, n: whole(v, 1, 86400, n)),
    "benchmarks": ("cpu memory switch linpack file network", _words),
    "volume": ("", _volume),
}


class Matrix:
    """The contents of a file: axes (values by name) and settings (values by name)."""

    def __init__(self, text, where):
        self.axes, self.settings = {}, {}
        for nr, name, value in assignments(text, where):
            try:
                self._set(name, value)
            except Bad as e:
                raise Bad(f"{where}:{nr}: {e}") from None
        if not self.axes and not self.settings:
            raise Bad(f"{where}: no axis and no setting (start from a copy of "
                      "tools/guestbench/matrix/quick.conf)")
        self.axes = {name: self.axes.get(name, list(values[:1]))
                     for name, values in AXES.items()}
        for name, (default, parse) in SETTINGS.items():
            self.settings.setdefault(name, parse(default, name))
        if "lvm" in self.axes["disk"] and not self.settings["volume"]:
            raise Bad(f"{where}: disk = lvm requires volume = /dev/GROUP/VOLUME, "
                      "which will be overwritten")

    def _set(self, name, value):
        if value is None:
            raise Bad(f"[{name}]: a matrix has no sections")
        if name in self.axes or name in self.settings:
            raise Bad(f"{name}: given twice")
        if name in AXES:
            values = _words(value, name)
            for v in values:
                one_of(v, AXES[name], name)
            self.axes[name] = values
        elif name in SETTINGS:
            self.settings[name] = SETTINGS[name][1](value, name)
        else:
            raise Bad(f"{name[:40]}: neither an axis nor a setting "
                      f"(one of: {' '.join([*AXES, *SETTINGS])})")

    def baseline(self):
        return {name: values[0] for name, values in self.axes.items()}

    def _wanted(self):
        if self.settings["vary"] == "all":
            for values in itertools.product(*self.axes.values()):
                yield dict(zip(self.axes, values))
            return
        yield self.baseline()
        for name, values in self.axes.items():
            for value in values[1:]:
                yield {**self.baseline(), name: value}
        if NATIVE in self.axes["accel"][1:]:
            for value in self.axes["vcpus"][1:]:
                yield {**self.baseline(), "vcpus": value, "accel": NATIVE}

    def configs(self):
        """The guests to run, baseline first, and (guest, reason) for each requested
        guest that is impossible."""
        possible, impossible = [], []
        for config in self._wanted():
            why = conflict(config, self.baseline())
            if why:
                impossible.append((config, why))
            else:
                possible.append(config)
        if impossible and impossible[0][0] == self.baseline():
            raise Bad(f"the baseline ({label(self.baseline())}) is impossible: "
                      f"{impossible[0][1]}")
        return possible, impossible


def conflict(config, baseline):
    if config["accel"] == NATIVE and any(
            config[name] != baseline[name] for name in config
            if name not in ("vcpus", "accel")):
        return "without a VM only vcpus can differ"
    for pair, why in CONFLICTS:
        if all(config[name] == value for name, value in pair.items()):
            return why
    return None


def label(config, baseline=None):
    """All values; with a baseline, only those that differ from it."""
    if baseline is None:
        return " ".join(f"{n}={v}" for n, v in config.items())
    changes = [f"{n}={v}" for n, v in config.items() if v != baseline[n]]
    return " ".join(changes) or "baseline"


def load(path):
    return Matrix(read_text(path), path)
