# SPDX-License-Identifier: GPL-2.0-only
"""Turn a configuration into a libvirt domain with the same devices as the machine of
qemu.py.

Besides the placeholders of qemu.py, run-one fills in @UUID@, @CONSOLE@ (two pipes,
.in and .out) and @EOI@ (on or off). The network is QEMU's user-mode stack, which
needs neither a bridge nor firewall rules. run-domain adds the forwarded port, since
libvirt 9.0 can forward ports only with passt.

Like plain QEMU, the domain runs as root, because libvirt's own user may not be able
to read its files. run-domain expects one XML element per line.
"""
from string import Template

from .qemu import APPEND, CPUS, NAME, disk_format

DOMAIN = Template("""\
<domain type="$type">
  <name>$name</name>
  <uuid>@UUID@</uuid>
  <memory unit="MiB">$memory</memory>
  <vcpu>$vcpus</vcpu>
  <os>
    <type arch="x86_64" machine="$machine">hvm</type>
    <kernel>@KERNEL@</kernel>
    <initrd>@INITRD@</initrd>
    <cmdline>$append</cmdline>
  </os>
  <features>
    <acpi />
    <apic$eoi />
  </features>
  $cpu
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>destroy</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <controller type="usb" model="none" />
    <disk type="file" device="disk">
      <driver name="qemu" type="raw" />
      <source file="@ROOT@" />
      <target bus="virtio" dev="vda" />
      <readonly />
    </disk>
    <disk type="$disk" device="disk">
      <driver name="qemu" type="$format" error_policy="report" rerror_policy="report" />
      <source $source="@DISK@" />
      <target $target />
    </disk>
    <interface type="user">
      <model type="virtio" />
      <rom enabled="no" />
    </interface>
    <console type="pipe">
      <source path="@CONSOLE@" />
      <target type="virtio" port="0" />
    </console>
    <memballoon model="none" />
  </devices>
  <seclabel type="static" model="dac" relabel="no">
    <label>+0:+0</label>
  </seclabel>
</domain>""")
CPU = {"host": '<cpu mode="host-passthrough" />', "default": f"""\
<cpu mode="custom" match="exact" check="none">
    <model>{CPUS["default"]}</model>
  </cpu>"""}
# target of the data disk, by bus and machine
TARGETS = {
    ("virtio", "pc"): 'bus="virtio" dev="vdb"',
    ("virtio", "q35"): 'bus="virtio" dev="vdb"',
    ("ide", "pc"): 'bus="ide" dev="hda"',
    ("ide", "q35"): 'bus="sata" dev="sda"',
}


def domain_xml(config, memory):
    """memory: MiB."""
    kvm, lvm = config["accel"] == "kvm", config["disk"] == "lvm"
    return DOMAIN.substitute(
        type="kvm" if kvm else "qemu", name=NAME, memory=memory,
        vcpus=config["vcpus"], machine=config["machine"], append=APPEND,
        eoi=' eoi="@EOI@"' if kvm else "", cpu=CPU[config["cpu"]],
        disk="block" if lvm else "file", source="dev" if lvm else "file",
        format=disk_format(config), target=TARGETS[config["bus"], config["machine"]])
