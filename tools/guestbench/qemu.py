# SPDX-License-Identifier: GPL-2.0-only
"""A configuration as arguments of QEMU.

What differs between the places where a run takes place (this machine, L1 of a
lab) stays a word between two @, which run-one fills in: @KERNEL@, @INITRD@,
@ROOT@, @DISK@, @APPEND@ and @CPU@ (flags).
The console, the root and the network are virtio on every machine, so that
only what an axis says is different.
"""

# machine: its options, and how devices of virtio are attached to it
MACHINES = {
    "pc": ("pc", "pci"),
    "q35": ("q35", "pci"),
    "microvm": ("microvm,isa-serial=off,rtc=on", "device"),
}
CPUS = {"default": "qemu64", "host": "host"}
NAME = "guestbench"     # by which a recording knows the VM
PORT = 47201            # of this machine, as in benchmarks.conf
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
    # Without its ROM, which would offer to boot from the network.
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
