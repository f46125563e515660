# SPDX-License-Identifier: GPL-2.0-only
"""A configuration as a domain of libvirt, which becomes the machine that qemu.py
describes: the same devices, no others.

Beside qemu.py's words between two @ there are @UUID@, @CONSOLE@ (two pipes, .in
and .out) and @EOI@ (on or off), which run-one fills in. The network is QEMU's
user-mode stack, which needs no bridge and no firewall; run-domain adds the port
that qemu.py forwards, as libvirt 9.0 cannot say it without passt.
"""
from xml.etree import ElementTree

from .qemu import APPEND, CPUS, NAME, disk_format

# bus, on a machine: libvirt's name of it, and of the disk there
BUSES = {
    ("virtio", "pc"): ("virtio", "vdb"),
    ("virtio", "q35"): ("virtio", "vdb"),
    ("ide", "pc"): ("ide", "hda"),
    ("ide", "q35"): ("sata", "sda"),
}
ENDS = ("on_poweroff", "on_reboot", "on_crash")


def _add(parent, tag, text=None, **attributes):
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _cpu(domain, config):
    if config["cpu"] == "host":
        _add(domain, "cpu", mode="host-passthrough")
        return
    cpu = _add(domain, "cpu", mode="custom", match="exact", check="none")
    _add(cpu, "model", CPUS[config["cpu"]])


def _disk(devices, kind, path, target, form, **driver):
    disk = _add(devices, "disk", type=kind, device="disk")
    _add(disk, "driver", name="qemu", type=form, **driver)
    _add(disk, "source", **{"dev" if kind == "block" else "file": path})
    _add(disk, "target", bus=target[0], dev=target[1])
    return disk


def _devices(domain, config):
    devices = _add(domain, "devices")
    _add(devices, "controller", type="usb", model="none")
    _add(_disk(devices, "file", "@ROOT@", ("virtio", "vda"), "raw"), "readonly")
    _disk(devices, "block" if config["disk"] == "lvm" else "file", "@DISK@",
          BUSES[config["bus"], config["machine"]], disk_format(config),
          error_policy="report", rerror_policy="report")
    network = _add(devices, "interface", type="user")
    _add(network, "model", type="virtio")
    _add(network, "rom", enabled="no")
    console = _add(devices, "console", type="pipe")
    _add(console, "source", path="@CONSOLE@")
    _add(console, "target", type="virtio", port="0")
    _add(devices, "memballoon", model="none")


def _boot(domain, config):
    boot = _add(domain, "os")
    _add(boot, "type", "hvm", arch="x86_64", machine=config["machine"])
    _add(boot, "kernel", "@KERNEL@")
    _add(boot, "initrd", "@INITRD@")
    _add(boot, "cmdline", APPEND)


def domain_xml(config, memory):
    """memory: MiB. As a guest of plain QEMU it runs as root: what it reads may
    lie where libvirt's own user may not look."""
    kvm = config["accel"] == "kvm"
    domain = ElementTree.Element("domain", type="kvm" if kvm else "qemu")
    _add(domain, "name", NAME)
    _add(domain, "uuid", "@UUID@")
    _add(domain, "memory", str(memory), unit="MiB")
    _add(domain, "vcpu", config["vcpus"])
    _boot(domain, config)
    features = _add(domain, "features")
    _add(features, "acpi")
    _add(features, "apic", **({"eoi": "@EOI@"} if kvm else {}))
    _cpu(domain, config)
    for end in ENDS:
        _add(domain, end, "destroy")
    _devices(domain, config)
    label = _add(domain, "seclabel", type="static", model="dac", relabel="no")
    _add(label, "label", "+0:+0")
    ElementTree.indent(domain)
    return ElementTree.tostring(domain, encoding="unicode")
