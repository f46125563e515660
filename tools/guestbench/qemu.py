# SPDX-License-Identifier: GPL-2.0-only
"""Turn a configuration into QEMU arguments.

Values that depend on where a run takes place (this machine, L1 of a lab) are
placeholders, which run-one fills in: @KERNEL@, @INITRD@, @ROOT@, @DISK@, @APPEND@ and
@CPU@ (flags). The console, the root disk and the network are virtio on every machine,
so that guests differ only in the values of the axes.
"""

# machine: its options, and the bus of its virtio devices
MACHINES = {
    "pc": ("pc", "pci"),
    "q35": ("q35", "pci"),
    "microvm": ("microvm,isa-serial=off,rtc=on", "device"),
}
CPUS = {"default": "qemu64", "host": "host"}
NAME = "guestbench"     # identifies the VM in a recording
PORT = 47201            # on the host, as in benchmarks.conf
FORWARD = f"tcp:127.0.0.1:{PORT}-:5201"
APPEND = "console=hvc0 quiet panic=-1 @APPEND@"


def disk_format(config):
    return "qcow2" if config["disk"] == "qcow2" else "raw"


def _data_disk(config, attach):
    device = {"virtio": f"virtio-blk-{attach}", "ide": "ide-hd"}[config["bus"]]
    return ["-drive", f"id=data,file=@DISK@,format={disk_format(config)},if=none,"
            "werror=report,rerror=report",
            "-device", f"{device},drive=data"]


def _cpu(config):
    flags = "@CPU@" if config["accel"] == "kvm" else ""
    return CPUS[config["cpu"]] + flags


def arguments(config, memory):
    machine, attach = MACHINES[config["machine"]]
    # No option ROM: it would try to boot from the network.
    net = "virtio-net-pci,romfile=" if attach == "pci" else "virtio-net-device"
    return [
        "-name", NAME, "-nodefaults", "-display", "none", "-no-reboot",
        "-machine", f"{machine},accel={config['accel']}",
        "-cpu", _cpu(config), "-smp", config["vcpus"], "-m", str(memory),
        "-kernel", "@KERNEL@", "-initrd", "@INITRD@", "-append", APPEND,
        "-chardev", "stdio,id=con,signal=off",
        "-device", f"virtio-serial-{attach}",
        "-device", "virtconsole,chardev=con",
        "-drive", "id=root,file=@ROOT@,format=raw,if=none,readonly=on",
        "-device", f"virtio-blk-{attach},drive=root",
        *_data_disk(config, attach),
        "-netdev", f"user,id=net,hostfwd={FORWARD}",
        "-device", f"{net},netdev=net",
    ]
