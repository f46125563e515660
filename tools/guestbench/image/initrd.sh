# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the initrd of the guest: busybox, the modules of Debian's kernel
# (scripts/build/kernel stock) for its disks and network, the scripts that run the
# benchmarks (tools/guestbench/guest), and a guest to run inside it. run-one adds the
# tasks of each run. Sourced by parts.

# In the order of loading; the same for every machine.
GUEST_MODULES=(scsi_common scsi_mod libata ata_piix libahci ahci sd_mod
	virtio_mmio virtio_blk failover net_failover virtio_net squashfs)

# Modules for L1 of a lab, to mount the guest's Debian and for a volume.
# shellcheck disable=SC2034 # used by parts
L1_MODULES=(loop squashfs dm-mod)

# Modules for a guest inside the guest; guest/nested loads those for its vendor.
L2_MODULES=(irqbypass kvm kvm-amd kvm-intel)

# modules STOCK DIR NAME...: unpack modules into DIR, and list them in DIR/order
modules()
{
	local stock=$1 dir=$2 name file
	mkdir -p "$dir"
	shift 2
	for name; do
		file=$(find -L "$stock/modules" -name "$name.ko.xz" -print -quit)
		[ -n "$file" ] || die "$stock: no $name.ko.xz"
		xz -dc "$file" >"$dir/$name.ko"
		echo "$name" >>"$dir/order"
	done
}

# guest_in_guest STOCK DIR: add its modules, minivmm and the exit generators
guest_in_guest()
{
	local built=$WORK/guests
	modules "$1" "$2" "${L2_MODULES[@]}"
	make -s -C "$TOP/guests" O="$built" "$built/exits.bin" \
		"$built/exits.lst" >&2
	cp "$built/exits.bin" "$built/exits.lst" "$TOP/out/bin/minivmm" "$2/"
}

# guest_initrd STOCK FILE: pack the modules, busybox and tools/guestbench/guest
guest_initrd()
{
	local root guest=$TOP/tools/guestbench/guest
	root=$(mktemp -d)
	mkdir -p "$root/bin" "$root/debian"
	install /bin/busybox "$root/bin/busybox"
	install "$guest"/{init,runner,windows.sh,hpl,nested,why} "$root/"
	modules "$1" "$root/modules" "${GUEST_MODULES[@]}"
	guest_in_guest "$1" "$root/l2"
	(cd "$root" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort |
		cpio --quiet -o -H newc -R 0:0) >"$2"
	rm -rf "$root"
}
