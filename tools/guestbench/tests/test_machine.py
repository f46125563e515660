# SPDX-License-Identifier: GPL-2.0-only
"""What is refused before anything is installed, built or booted: a machine that
lacks something, a volume that is not ours; and the command line."""
import contextlib
import fcntl
import os
import shutil
import socket
from unittest import mock

from .. import machine
from .support import TestCase, exclusive, program, read, write

SMALL = ("accel = tcg", "repeats = 1", "benchmarks = cpu")
PORT_IN_USE = "port 47201 of 127.0.0.1: in use"


@contextlib.contextmanager
def port_taken():
    """While something listens there."""
    with exclusive("port-47201"), contextlib.suppress(OSError), socket.create_server(
            ("127.0.0.1", machine.PORT)):
        yield


class FrontEnd(TestCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch(
            "guestbench.runs.prepare", side_effect=AssertionError("it would have run")))

    def refuses(self, text, *lines, options=("--quiet",)):
        """A matrix with these lines is refused here, before a run."""
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
        """a command line that is wrong is refused with status 2"""
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
    """A machine that lacks something is refused."""

    def test_memory(self):
        """too little memory is refused"""
        self.refuses("memory: ", "memory = 1048576")

    def test_space(self):
        """too little space is refused"""
        self.refuses('MiB needed (another TMPDIR, or a smaller "disk-size"',
                     "disk-size = 1048576")
        with mock.patch.object(machine, "free_mib", return_value=63):
            self.refuses("o: 63 MiB free, 64 MiB needed (another --out)")

    def test_directory(self):
        """a directory for temporary files that cannot be used is refused"""
        os.mkdir("tmp,1")
        self.patch_environment(TMPDIR=f"{self.directory}/tmp,1")
        self.refuses("in a path (another TMPDIR or")
        self.patch_environment(TMPDIR=f"{self.directory}/none")
        self.refuses("none: not a directory to write to")

    def test_kvm(self):
        """KVM that cannot be used is refused"""
        self.patch_environment(TMPDIR=self.directory)
        for error, text in ((FileNotFoundError, "/dev/kvm: not there"),
                            (PermissionError, "/dev/kvm: cannot be opened")):
            with mock.patch.object(machine.os, "stat", side_effect=error), \
                    self.assertRaisesRegex(machine.Bad, text):
                machine.check_kvm()

    def test_port(self):
        """a port that is in use is refused"""
        with port_taken():
            self.refuses(PORT_IN_USE)

    def test_another(self):
        """another guestbench that is running is left alone"""
        with open(f"{machine.cache_dir()}/.lock-guestbench", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refuses("another guestbench is running")


class Done(FrontEnd):
    def test_nothing_left(self):
        """what is done is not done again"""
        write("m1.conf", "accel = tcg", "repeats = 2", "benchmarks = cpu")
        self.succeeds("--plan", "--matrix", "m1.conf", "--out", "o", "--seed", 1)
        write("o/runs/0001/state", "done")
        write("o/runs/0002/state", "partial: in part")
        # only directories of the plan are runs
        os.mkdir("o/runs/mine")
        status, out, err = self.command("--quiet", "--matrix", "m1.conf", "--out", "o")
        self.assertEqual(status, 1)
        self.assertIn("of 2 runs: 1 partial (--retry runs them again)", err)
        self.assertIn("runs: 2 of 2", out)
        self.assertIn("run 0002: partial: in part", out)
        self.assertEqual(out, read("o/report.txt"))


class Volumes(FrontEnd):
    """Volumes of LVM; the programs that know them are played."""

    def setUp(self):
        super().setUp()
        write("volume")
        self.lines = "disk = lvm", f"volume = {self.directory}/volume", "disk-size = 64"
        self.enterContext(mock.patch.object(machine, "is_block_device", os.path.isfile))
        self.knows(blockdev="67108864", lsblk="sda \\n", blkid="")

    def knows(self, status=0, **programs):
        """What each program prints; blkid fails where there is nothing."""
        for name, text in programs.items():
            failed = status or 2 * (name == "blkid" and not text)
            program(f"bin/{name}", f'printf "{text}"\nexit {failed}')

    def volume_refused(self, text, **programs):
        self.knows(**programs)
        self.refuses(f"volume = {self.directory}/volume: {text}", *self.lines)

    def test_no_device(self):
        """a volume that is no block device is refused"""
        self.refuses("/dev/null: not a block device", "disk = lvm",
                     "volume = /dev/null")

    def test_in_use(self):
        """a volume that is in use is refused"""
        self.volume_refused("in use (/home)", lsblk="sda /home\\n")
        self.volume_refused("in use ([SWAP])", lsblk="sda [SWAP]\\n")
        self.volume_refused("in use (vg-lv)", lsblk="sda \\nvg-lv \\n")
        self.volume_refused("has LVM2_member on it, and would be overwritten",
                            lsblk="sda \\n", blkid="TYPE=LVM2_member\\n")
        self.volume_refused("has label home ext4 on it",
                            blkid="LABEL=home\\nTYPE=ext4\\n")

    def test_small(self):
        """a volume that is too small, or of no size, is refused"""
        self.volume_refused("63 MiB free, 64 MiB needed", blockdev="67108863")
        self.volume_refused("cannot be opened", blockdev="", status=1)

    def test_taken(self):
        """an empty volume, or one of an earlier run, is taken"""
        # the port is looked at next
        for content in ("", "LABEL=guestbench\\nTYPE=ext4\\n"):
            self.knows(blkid=content)
            with port_taken():
                self.refuses(PORT_IN_USE, *self.lines)

    def test_lab(self):
        """a lab makes the volume, with its group"""
        self.refuses("a lab makes it, as /dev/GROUP/VOLUME", *self.lines,
                     options=("--quiet", "--lab", "svm"))
