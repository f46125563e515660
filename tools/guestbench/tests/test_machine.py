# SPDX-License-Identifier: GPL-2.0-only
"""Checks before anything is installed, built or booted: a machine that lacks
something, a volume with foreign data, the command line."""
import contextlib
import fcntl
import os
import shutil
import socket
from unittest import mock

from .. import machine
from .support import TestCase, exclusive, program, read, write

SMALL = ("accel = tcg", "repeats = 1", "benchmarks = cpu")
PORT_IN_USE = "127.0.0.1 port 47201: in use"


@contextlib.contextmanager
def port_taken():
    """Listen on the port."""
    with exclusive("port-47201"), contextlib.suppress(OSError), socket.create_server(
            ("127.0.0.1", machine.PORT)):
        yield


class FrontEnd(TestCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch(
            "guestbench.runs.prepare", side_effect=AssertionError("it would have run")))

    def refuses(self, text, *lines, options=("--quiet",)):
        """Require that a matrix with these lines is refused before a run."""
        write("m1.conf", *SMALL, *lines)
        shutil.rmtree("o", ignore_errors=True)
        self.refused(text, *options, "--matrix", "m1.conf", "--out", "o", "--seed", 1)
        self.assertFalse(os.path.exists("o/runs/0001/state"))


class Options(FrontEnd):
    def test_help(self):
        """the help lists the options"""
        status, out, _ = self.command("--help")
        self.assertEqual(status, 0)
        self.assertIn("--lab {svm,vmx,kvm}", out)

    def test_refused(self):
        """a wrong command line is refused with status 2"""
        for text, *args in (
                ("argument --lab: invalid choice: 'xen'", "--lab", "xen"),
                ("argument --seed: expected one argument", "--seed"),
                ("argument --out: needs a value", "--out", ""),
                ("unrecognized arguments: --fast", "--fast"),
                ("unrecognized arguments: --quic", "--quic"),
                ("unrecognized arguments: quick", "quick")):
            with self.subTest(text):
                self.refused(text, *args, status=2)


class Lacking(FrontEnd):
    """Machines that lack something."""

    def test_memory(self):
        """too little memory is refused"""
        self.refuses("memory: ", "memory = 1048576")

    def test_space(self):
        """too little space is refused"""
        self.refuses('MiB needed (use another TMPDIR, or a smaller "disk-size"',
                     "disk-size = 1048576")
        with mock.patch.object(machine, "free_mib", return_value=63):
            self.refuses("o: 63 MiB free, 64 MiB needed (use another --out)")

    def test_directory(self):
        """an unusable TMPDIR is refused"""
        os.mkdir("tmp,1")
        self.patch_environment(TMPDIR=f"{self.directory}/tmp,1")
        self.refuses("path contains a comma, |, & or \\ (use another TMPDIR or")
        self.patch_environment(TMPDIR=f"{self.directory}/none")
        self.refuses("none: not a writable directory")

    def test_kvm(self):
        """an unusable KVM is refused"""
        self.patch_environment(TMPDIR=self.directory)
        for error, text in ((FileNotFoundError, "/dev/kvm: does not exist"),
                            (PermissionError, "/dev/kvm: cannot open")):
            with mock.patch.object(machine.os, "stat", side_effect=error), \
                    self.assertRaisesRegex(machine.Bad, text):
                machine.check_kvm()

    def test_port(self):
        """a port in use is refused"""
        with port_taken():
            self.refuses(PORT_IN_USE)

    def test_another(self):
        """a second instance is refused"""
        with open(f"{machine.cache_dir()}/.lock-guestbench", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refuses("another guestbench is running")


class Done(FrontEnd):
    def test_nothing_left(self):
        """completed runs are not repeated"""
        write("m1.conf", "accel = tcg", "repeats = 2", "benchmarks = cpu")
        self.succeeds("--plan", "--matrix", "m1.conf", "--out", "o", "--seed", 1)
        write("o/runs/0001/state", "done")
        write("o/runs/0002/state", "partial: in part")
        # directories outside the plan are not runs
        os.mkdir("o/runs/mine")
        status, out, err = self.command("--quiet", "--matrix", "m1.conf", "--out", "o")
        self.assertEqual(status, 1)
        self.assertIn("2 runs: 1 partial (--retry repeats them)", err)
        self.assertIn("runs: 2 of 2", out)
        self.assertIn("run 0002: partial: in part", out)
        self.assertEqual(out, read("o/report.txt"))


class Volumes(FrontEnd):
    """LVM volumes, with fake programs that list them."""

    def setUp(self):
        super().setUp()
        write("volume")
        self.lines = "disk = lvm", f"volume = {self.directory}/volume", "disk-size = 64"
        self.enterContext(mock.patch.object(machine, "is_block_device", os.path.isfile))
        self.knows(blockdev="67108864", lsblk="sda \\n", blkid="")

    def knows(self, status=0, **programs):
        """Set the output of each program; blkid fails on an empty volume."""
        for name, text in programs.items():
            failed = status or 2 * (name == "blkid" and not text)
            program(f"bin/{name}", f'printf "{text}"\nexit {failed}')

    def volume_refused(self, text, **programs):
        self.knows(**programs)
        self.refuses(f"volume = {self.directory}/volume: {text}", *self.lines)

    def test_no_device(self):
        """a volume must be a block device"""
        self.refuses("/dev/null: not a block device", "disk = lvm",
                     "volume = /dev/null")

    def test_in_use(self):
        """a volume in use is refused"""
        self.volume_refused("in use (/home)", lsblk="sda /home\\n")
        self.volume_refused("in use ([SWAP])", lsblk="sda [SWAP]\\n")
        self.volume_refused("in use (vg-lv)", lsblk="sda \\nvg-lv \\n")
        self.volume_refused("contains LVM2_member, which would be overwritten",
                            lsblk="sda \\n", blkid="TYPE=LVM2_member\\n")
        self.volume_refused("contains label home ext4",
                            blkid="LABEL=home\\nTYPE=ext4\\n")

    def test_small(self):
        """a volume that is too small or has no size is refused"""
        self.volume_refused("63 MiB free, 64 MiB needed", blockdev="67108863")
        self.volume_refused("cannot open", blockdev="", status=1)

    def test_taken(self):
        """an empty volume and that of an earlier run are accepted"""
        # the port is checked next
        for content in ("", "LABEL=guestbench\\nTYPE=ext4\\n"):
            self.knows(blkid=content)
            with port_taken():
                self.refuses(PORT_IN_USE, *self.lines)

    def test_lab(self):
        """the volume of a lab must have a group"""
        self.refuses("not /dev/GROUP/VOLUME (the lab creates it)", *self.lines,
                     options=("--quiet", "--lab", "svm"))
