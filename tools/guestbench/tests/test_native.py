# SPDX-License-Identifier: GPL-2.0-only
# level: check
"""Native runs, as root: private namespaces leave nothing behind."""
import os
import pathlib
import shutil
import subprocess
import unittest

from .support import Machine, limited, program, ran, read, write

APPLETS = ("sh awk cat cut df echo grep ip nproc sed seq sleep tail taskset tr "
           "xargs").split()
# An unusual sleep time, by which the process is found.
NAP = f"1000{os.getpid()}"


def why_not():
    """Why namespaces are unavailable here, or None."""
    filesystems = read("/proc/filesystems").split()
    able = (os.geteuid() == 0 and os.access("/bin/busybox", os.X_OK)
            and shutil.which("mksquashfs")
            and ran("losetup", "-f").returncode == 0
            and ("squashfs" in filesystems
                 or ran("modprobe", "-q", "squashfs").returncode == 0))
    return None if able else \
        "needs root, loop devices, squashfs-tools and busybox-static"


def make_root():
    """root.squashfs: a Debian of busybox."""
    for name in "bin run tmp proc sys dev data".split():
        os.makedirs(f"tree/{name}")
    shutil.copy("/bin/busybox", "tree/bin/")
    for name in APPLETS:
        os.symlink("busybox", f"tree/bin/{name}")
    program("tree/bin/bash", 'exec sh "$@"')
    subprocess.run(["mksquashfs", "tree", "root.squashfs", "-quiet", "-no-progress"],
                   check=True, stdout=subprocess.DEVNULL)


@unittest.skipIf(why_not(), why_not())
class Native(Machine):
    def setUp(self):
        super().setUp()
        make_root()
        self.environment["ROOT"] = f"{self.directory}/root.squashfs"

    def comes_to_native(self, state, limit, **benchmarks):
        """Run these benchmarks, a dictionary of commands by name."""
        shutil.rmtree("run", ignore_errors=True)
        os.mkdir("run")
        write("run/native", 1)
        write("run/limit", limit)
        write("run/tasks", *(f"{name}\tcat\taround\techo {name} >/data/f\t{command}"
                             for name, command in benchmarks.items()))
        self.comes_to(state, "run")
        self.assertNotIn(self.directory, read("/proc/self/mounts"))
        return read("run/guest.log").splitlines()

    def test_runs(self):
        """a native run has its CPUs and namespaces, and a time limit"""
        lines = self.comes_to_native(
            "partial: 1 of 3 benchmarks failed: b: status 3", 120,
            a="cat /data/f; nproc; ls /sys/class/net", b="exit 3", c=":")
        self.assertEqual([line for line in lines if line.startswith("|")][:2],
                         ["| a", "| 1"])
        for text in ("begin a;", "end a;", "begin c;", "complete;"):
            self.assertIn(f"guestbench: {text}", lines)
        self.assertTrue([line for line in lines
                         if line.startswith("guestbench: status b 3 ")])

    def test_hangs(self):
        """a native run leaves nothing behind"""
        def hangs(limit):
            lines = self.comes_to_native(
                f"partial: the guest did not end within {limit} s", limit,
                a=":", b=f"sleep {NAP}")
            self.assertTrue([line for line in lines
                             if line.startswith("guestbench: status a 0 ")])
        limited(hangs)
        self.assertNotEqual(ran("pgrep", "-f", f"^sleep {NAP}$").returncode, 0)

    def test_no_debian(self):
        """a native run fails without a Debian"""
        pathlib.Path("root.squashfs").unlink()
        self.comes_to_native("failed: no benchmark began: .*root.squashfs.*", 120, a=":")
