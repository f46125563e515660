# SPDX-License-Identifier: GPL-2.0-only
# level: check
"""Libvirt domains, without libvirt: the XML of each configuration, runs and errors,
with a fake virsh."""
import itertools
import os
import pathlib
import re
import shutil
import signal
import unittest
from xml.etree import ElementTree

from .. import libvirt, matrix, qemu
from .support import (ENTRY, Machine, TestCase, eventually, limited, program, ran,
                      read, shipped, write)

SCHEMA = "/usr/share/libvirt/schemas/domain.rng"
OTHER = "guestbench 1b4e28ba-2fa1-11d2-883f-0016d3cca427"


class Xml(TestCase):
    """Compare the XML with QEMU's arguments."""

    def after(self, option):
        return [b for a, b in zip(self.args, self.args[1:]) if a == option]

    def attribute(self, path, name):
        return self.xml.find(path).get(name)

    def same_machine(self, config):
        text = self.xml.findtext
        self.assertEqual([text("name")], self.after("-name"))
        self.assertEqual([text("vcpu")], self.after("-smp"))
        self.assertEqual([text("memory")], self.after("-m"))
        self.assertEqual(self.attribute("memory", "unit"), "MiB")
        accel = {"kvm": "kvm", "qemu": "tcg"}[self.xml.get("type")]
        self.assertEqual([f"{self.attribute('os/type', 'machine')},accel={accel}"],
                         self.after("-machine"))
        for tag, option in (("kernel", "-kernel"), ("initrd", "-initrd"),
                            ("cmdline", "-append")):
            self.assertEqual([text(f"os/{tag}")], self.after(option))
        cpu = text("cpu/model") or {"host-passthrough": "host"}[
            self.attribute("cpu", "mode")]
        eoi = self.attribute("features/apic", "eoi")
        self.assertEqual(eoi, "@EOI@" if config["accel"] == "kvm" else None)
        self.assertEqual([cpu + ("@CPU@" if eoi else "")], self.after("-cpu"))

    def same_disks(self, config):
        drives = self.after("-drive")
        root, data = self.xml.findall("devices/disk")
        drive = "id={},file={},format={},if=none"
        self.assertIn(drive.format("root", root.find("source").get("file"),
                                   root.find("driver").get("type")) + ",readonly=on",
                      drives)
        self.assertIsNotNone(root.find("readonly"))
        self.assertIsNone(data.find("readonly"))
        source = "dev" if config["disk"] == "lvm" else "file"
        self.assertEqual(data.get("type"), {"dev": "block", "file": "file"}[source])
        driver = data.find("driver").attrib
        self.assertIn((drive + ",werror={},rerror={}").format(
            "data", data.find("source").get(source), driver["type"],
            driver["error_policy"], driver["rerror_policy"]), drives)
        bus = data.find("target").get("bus")
        self.assertEqual(bus == "virtio", config["bus"] == "virtio")
        self.assertTrue(bus != "ide" or config["machine"] == "pc")

    def same_devices(self):
        for path, name, value in (
                ("devices/interface", "type", "user"),
                ("devices/console", "type", "pipe"),
                ("devices/memballoon", "model", "none"),
                ("devices/controller", "model", "none")):
            self.assertEqual(self.attribute(path, name), value, path)
        for end in "poweroff", "reboot", "crash":
            self.assertEqual(self.xml.findtext(f"on_{end}"), "destroy")

    def test_machine(self):
        """a domain has the same devices as QEMU's arguments"""
        seen = 0
        for values in itertools.product(*matrix.AXES.values()):
            config = dict(zip(matrix.AXES, values))
            if (config["manager"] != "libvirt" or matrix.conflict(config, config)
                    or config["accel"] not in ("kvm", "tcg")):
                continue
            seen += 1
            self.args = qemu.arguments(config, 2900)
            self.xml = ElementTree.fromstring(libvirt.domain_xml(config, 2900))
            with self.subTest(config):
                self.same_machine(config)
                self.same_disks(config)
                self.same_devices()
        # vcpus, disk, bus, pc and q35; -cpu host only with KVM
        self.assertEqual(seen, 4 * 3 * 2 * 2 * (2 + 1))

    def test_shipped(self):
        """the shipped libvirt matrix describes the reference guest"""
        self.assertIn("1 run, seed 5", self.succeeds(
            "--plan", "--libvirt", "--out", "s", "--seed", 5))
        xml = read("s/runs/0001/domain.xml")
        self.assertIn('<memory unit="MiB">2900</memory>', xml)
        self.assertIn("<vcpu>2</vcpu>", xml)
        self.assertEqual(read("s/runs/0001/disk"), "qcow2 10240 \n")
        self.assertEqual(read("s/runs/0001/forward"), "tcp:127.0.0.1:47201-:5201\n")
        self.assertFalse(os.path.exists("s/runs/0001/args"))

    @unittest.skipUnless(os.path.exists(SCHEMA) and shutil.which("xmllint"),
                         "no schema, or no xmllint")
    def test_schema(self):
        """libvirt's schema accepts the XML"""
        self.succeeds(*shipped("libvirt"))
        xml = read("s/runs/0001/domain.xml").replace(
            "@UUID@", OTHER.split()[1]).replace("@EOI@", "on")
        write("valid.xml", re.sub(r"@([A-Z]*)@", r"/\1", xml))
        found = ran("xmllint", "--noout", "--relaxng", SCHEMA, "valid.xml")
        self.assertEqual(found.returncode, 0, found.stderr)


# A virsh with one domain, in the file "domains"; QEMU is a process that writes to the
# console. LIBVIRT: which error to simulate.
VIRSH = r"""
[ "$1 $2 $3" = '-q -c qemu:///system' ] || exit 9
shift 3
echo "$*" >>"$STATE/calls"
no() { printf 'error: Failed.\nerror: %s\n' "$*" >&2; exit 1; }
uuid() { sed -n 's|.*<uuid>\(.*\)</uuid>|\1|p' "$1"; }
case $1 in
uri) [ "$LIBVIRT" != absent ] || no 'Failed to connect socket' ;;
dominfo) grep -qsw -e "$2" "$STATE/domains" || no 'no domain' ;;
define)
	[ "$2" = --validate ] && cp "$3" "$STATE/domain.xml"
	echo "guestbench $(uuid "$3")" >>"$STATE/domains"
	;;
start)
	[ "$2" = --paused ] && grep -qw -e "$3" "$STATE/domains" || exit 8
	[ "$LIBVIRT" != refuses ] || no 'unsupported configuration'
	console=$(sed -n 's|.*<source path="\(.*\)" />|\1|p' "$STATE/domain.xml")
	setsid sh -c 'echo $$ >"$STATE/pid"
		exec <>"$0.in" >"$0.out" 2>/dev/null 3>&-
		case $LIBVIRT in
		hang) echo "guestbench: begin wait;"; exec sleep 300 ;;
		*) sleep 0.3; echo "guestbench: complete;" ;;
		esac' "$console" &
	;;
qemu-monitor-command)
	[ "$4" = 'hostfwd_add hostnet0 tcp:127.0.0.1:47201-:5201' ] || exit 7
	;;
destroy) kill -KILL "$(cat "$STATE/pid")" 2>/dev/null || no 'not running' ;;
undefine) sed -i "/$2/d" "$STATE/domains" ;;
esac
"""


class Domain(Machine):
    def setUp(self):
        super().setUp()
        program("bin/virsh", VIRSH)
        self.environment |= {
            "STATE": self.directory, "LIBVIRT": "fine", "QCOW2": "/dev/null"}
        write("m.conf", "manager = libvirt", "repeats = 1", "benchmarks = disk cpu")
        self.plan()

    def played(self, state, libvirt="fine", **environment):
        """Run to this state; the domain must be gone afterwards."""
        pathlib.Path("calls").unlink(missing_ok=True)
        self.comes_to(state, LIBVIRT=libvirt, **environment)
        self.assertEqual(self.domains(), "")

    def domains(self):
        return read("domains") if os.path.exists("domains") else ""

    def called(self):
        return [line.split()[0] for line in read("calls").splitlines()]

    def test_runs(self):
        """a domain is defined, started, watched and removed"""
        program("hook", f'echo "$1" >{self.directory}/hooked')
        self.played("done", DOMAIN_HOOK=f"{self.directory}/hook",
                    CPU_FLAGS=",kvm-pv-eoi=off")
        xml = read("domain.xml")
        self.assertNotIn("@", xml)
        self.assertIn('<apic eoi="off" />', xml)
        self.assertIn('<source file="/r" />', xml)
        self.assertIn(f"<uuid>{read('hooked').strip()}</uuid>", xml)
        self.assertTrue(os.path.exists("p/runs/0001/run.exitstat"))
        self.assertEqual(self.called()[:6], ["uri", "dominfo", "define", "start",
                                             "qemu-monitor-command", "resume"])
        self.played("done")
        self.assertIn('<apic eoi="on" />', read("domain.xml"))

    def test_ends(self):
        """a domain that hangs or fails to start is removed"""
        def hangs(limit):
            write("p/runs/0001/limit", limit)
            self.played(f"partial: the guest did not end within {limit} s", "hang")
        limited(hangs)
        self.assertIn("destroy", self.called())
        eventually(self.qemu_is_gone)
        self.played("failed: .*libvirt: start: unsupported configuration", "refuses")
        self.assertIn("undefine", self.called())
        self.played(r"failed: .*libvirt: uri: Failed to connect socket \(.*\)",
                    "absent")

    def qemu_is_gone(self):
        """A zombie has no command line."""
        try:
            return not read(f"/proc/{read('pid').strip()}/cmdline")
        except FileNotFoundError:
            return True

    def test_interrupted(self):
        """an interrupt removes the domain"""
        write("p/runs/0001/limit", 300)
        with self.popen(LIBVIRT="hang", start_new_session=True) as process:
            eventually(lambda: os.path.exists("calls") and "resume" in self.called())
            self.assertNotEqual(self.domains(), "")
            os.killpg(process.pid, signal.SIGTERM)
            self.assertEqual(process.wait(), 143)
        self.assertEqual(self.domains(), "")
        self.assertFalse(os.path.exists("p/runs/0001/state"))

    def test_taken(self):
        """an existing domain with the same name is left alone"""
        write("domains", OTHER)
        self.comes_to("failed: .*libvirt: domain guestbench already exists.*")
        self.assertEqual(self.domains(), OTHER + "\n")
        self.assertFalse({"define", "destroy", "undefine"} & {*self.called()})


class FrontEnd(TestCase):
    """A run that is impossible here is refused before anything is installed or built."""

    def refuses(self, text, path, libvirt="fine"):
        write("m.conf", "accel = tcg", "manager = libvirt", "repeats = 1",
              "benchmarks = cpu")
        shutil.rmtree("o", ignore_errors=True)
        found = ran(ENTRY, "--quiet", "--matrix", "m.conf", "--out", "o", PATH=path,
                    STATE=self.directory, LIBVIRT=libvirt)
        self.assertIn(text, found.stderr)
        self.assertEqual((found.returncode, found.stderr.count("\n")), (1, 1))
        self.assertFalse(os.path.exists("o/runs/0001/state"))

    def test_refused(self):
        """a missing libvirt is refused before a run begins"""
        program("bin/virsh", VIRSH)
        # a PATH with everything but it
        os.mkdir("all")
        for directory in ("/usr/sbin", "/usr/bin"):
            for name in os.listdir(directory):
                if name != "virsh" and not os.path.lexists(f"all/{name}"):
                    os.symlink(f"{directory}/{name}", f"all/{name}")
        self.refuses("libvirt: virsh: not found (scripts/build/deps libvirt",
                     f"{self.directory}/all")
        self.refuses("libvirt: uri: Failed to connect socket (systemctl",
                     os.environ["PATH"], "absent")
        write("domains", "guestbench 1b4e")
        self.refuses("libvirt: domain guestbench already exists",
                     os.environ["PATH"])
        self.assertEqual(read("domains"), "guestbench 1b4e\n")
