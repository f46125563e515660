# SPDX-License-Identifier: GPL-2.0-only
"""Check before the first run that this machine has what the plan needs: memory,
disk space, KVM, the volume, libvirt and the port."""
import itertools
import os
import re
import socket
import stat
import subprocess

from .conffile import Bad
from .messages import HERE, TOP
from .qemu import PORT

OUT_MIB = 64            # for recordings
WORK_MIB = 64           # for the initrd, twice
LAB_DISK_MIB = 1024     # the most that benchmarks write to their disk in a lab
L1_MIB = 768            # L1, and two copies of the Debian while L1 unpacks it
LIBVIRT_MIB = 256
OUR_VOLUMES = ("", "label guestbench ext4")


def temporary():
    return os.environ.get("TMPDIR") or "/tmp"


def cache_dir():
    """The cache directory, from the scripts, which also check its owner."""
    library = os.path.join(TOP, "scripts/lib/lib.sh")
    found = subprocess.run(
        ["bash", "-c", '. "$1" && cache_dir', "guestbench", library], check=False,
        stdout=subprocess.PIPE, text=True, env={**os.environ, "ME": "guestbench"})
    if found.returncode:
        raise SystemExit(found.returncode)
    return found.stdout.strip()


def has_value(plan, axis, value):
    """Whether a run of the plan has this value."""
    return any(run["config"][axis] == value for run in plan["runs"])


def free_mib(path):
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize >> 20


def available_mib():
    with open("/proc/meminfo", encoding="ascii") as f:
        return int(re.search(r"^MemAvailable: *(\d+)", f.read(), re.M)[1]) >> 10


def need_mib(free, needed, what, advice):
    if free < needed:
        raise Bad(f"{what}: {free} MiB free, {needed} MiB needed ({advice})")


def lab_memory(plan):
    """The memory of L1 in MiB: the guest's memory, the used part of its sparse disk,
    L1 itself and libvirt. A volume counts twice: its file is in memory, and so is
    L1's page cache for it."""
    settings = plan["asked"]["settings"]
    disk = min(settings["disk-size"], LAB_DISK_MIB)
    if has_value(plan, "disk", "lvm"):
        disk *= 2
    libvirt = LIBVIRT_MIB if has_value(plan, "manager", "libvirt") else 0
    return settings["memory"] + disk + L1_MIB + libvirt


def check_kvm():
    try:
        if not stat.S_ISCHR(os.stat("/dev/kvm").st_mode):
            raise FileNotFoundError
        os.close(os.open("/dev/kvm", os.O_RDWR))
    except FileNotFoundError:
        raise Bad("/dev/kvm: does not exist (use accel = tcg, or --lab svm)") from None
    except OSError:
        raise Bad("/dev/kvm: cannot open (run as root, or use --lab svm)") from None
    if os.geteuid():
        raise Bad("accel = kvm: recording exits requires root (use sudo, or --lab svm)")


def check_here(plan):
    """Check a run on this machine. The characters refused in paths are special in
    QEMU's options or in run-one."""
    directory, cache = temporary(), cache_dir()
    need_mib(free_mib(directory), plan["asked"]["settings"]["disk-size"] + WORK_MIB,
             directory, 'use another TMPDIR, or a smaller "disk-size" in the matrix')
    if re.search(r"[,|&\\]", directory + cache):
        raise Bad(f"{directory}, {cache}: path contains a comma, |, & or \\ (use another "
                  "TMPDIR or XDG_CACHE_HOME)")
    if has_value(plan, "accel", "kvm"):
        check_kvm()


def _lines(*command):
    """The output lines of a program; none if it failed."""
    found = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True,
                           stderr=subprocess.DEVNULL)
    return [] if found.returncode else found.stdout.splitlines()


def _volume_mib(volume):
    for size in _lines("blockdev", "--getsize64", volume):
        return int(size) >> 20
    raise Bad(f"volume = {volume}: cannot open (run as root)")


def _users(volume):
    """The devices built on the volume, and the mount points of all of them."""
    rows = [line.split() for line in _lines("lsblk", "-nro", "NAME,MOUNTPOINTS",
                                            volume)]
    if not rows:
        raise Bad(f"volume = {volume}: not listed by lsblk")
    return " ".join(itertools.chain(rows[0][1:], *rows[1:]))


def _content(volume):
    """The label and type that blkid finds; blkid fails on an empty volume."""
    names = {"TYPE": "", "PTTYPE": "", "LABEL": "label "}
    return " ".join(names[name] + value for name, _, value in (
        line.partition("=") for line in _lines("blkid", "-p", "-o", "export", volume)
        ) if name in names)


def is_block_device(path):
    return os.path.exists(path) and stat.S_ISBLK(os.stat(path).st_mode)


def check_volume(volume, disk_mib):
    """Require a block device that is not in use and has no data."""
    if not is_block_device(volume):
        raise Bad(f"volume = {volume}: not a block device")
    need_mib(_volume_mib(volume), disk_mib, f"volume = {volume}",
             'use a larger volume, or a smaller "disk-size" in the matrix')
    users = _users(volume)
    if users:
        raise Bad(f"volume = {volume}: in use ({users}); it would be overwritten")
    try:
        os.close(os.open(volume, os.O_RDWR))
    except OSError:
        raise Bad(f"volume = {volume}: cannot write (run as root)") from None
    content = _content(volume)
    if content not in OUR_VOLUMES:
        raise Bad(f"volume = {volume}: contains {content}, which would be "
                  f"overwritten (run wipefs -a {volume} if it may be lost)")


def check_lab_volume(volume):
    if not re.fullmatch(r"/dev/[^/]+/[^/]+", volume):
        raise Bad(f"volume = {volume}: not /dev/GROUP/VOLUME (the lab creates it)")


def check_libvirt(plan, out):
    """Check libvirt with run-domain, which prints the error."""
    run = next(r for r in plan["runs"] if r["config"]["manager"] == "libvirt")
    found = subprocess.run(
        [os.path.join(HERE, "host/run-domain"), "--check",
         os.path.join(out, "runs", run["dir"])], check=False)
    if found.returncode:
        raise SystemExit(1)


def check_port():
    try:
        socket.create_connection(("127.0.0.1", PORT)).close()
    except OSError:
        return
    raise Bad(f"127.0.0.1 port {PORT}: in use (the network benchmarks need it)")


def check(plan, lab, out):
    """Raise Bad for the first thing that is missing. The port is checked last, since
    it may become free, while errors in the matrix stay."""
    settings, directory = plan["asked"]["settings"], temporary()
    if not (os.path.isdir(directory) and os.access(directory, os.W_OK)):
        raise Bad(f"{directory}: not a writable directory (use another TMPDIR)")
    need_mib(available_mib(), lab_memory(plan) if lab else settings["memory"],
             "memory", 'use a smaller "memory" or "disk-size" in the matrix')
    need_mib(free_mib(out), OUT_MIB, out, "use another --out")
    lvm = has_value(plan, "disk", "lvm")
    if lab:
        if lvm:
            check_lab_volume(settings["volume"])
        return
    check_here(plan)
    if lvm:
        check_volume(settings["volume"], settings["disk-size"])
    if has_value(plan, "manager", "libvirt"):
        check_libvirt(plan, out)
    check_port()
