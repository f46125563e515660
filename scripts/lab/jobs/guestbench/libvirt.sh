# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Run libvirt in L1: mount the Debian that tools/guestbench/image/debian.sh built,
# with L1's files at the same paths, and start its libvirtd. There is no systemd,
# bus, cgroup, udev or policy. Sourced by run.

LIBVIRT_ROOT=/libvirt

libvirt_mount()
{
	local name
	mkdir $LIBVIRT_ROOT
	mount -t squashfs -o ro,loop libvirt.squashfs $LIBVIRT_ROOT
	for name in proc sys dev tmp job guest; do
		mount -o bind /$name $LIBVIRT_ROOT/$name
	done
	for name in run var etc/libvirt; do
		mount -t tmpfs tmpfs $LIBVIRT_ROOT/$name
	done
	mkdir -p $LIBVIRT_ROOT/var/lib/libvirt $LIBVIRT_ROOT/var/log/libvirt \
		$LIBVIRT_ROOT/var/cache
	ln -s ../run $LIBVIRT_ROOT/var/run
}

libvirt_config()
{
	cat <<-END
		user = "root"
		group = "root"
		security_driver = "none"
		cgroup_controllers = []
		namespaces = []
		remember_owner = 0
		stdio_handler = "file"
	END
}

# Start libvirtd, and provide virsh.
libvirt_start()
{
	local tries=0
	libvirt_mount || fail "libvirt's Debian: cannot mount"
	libvirt_config >$LIBVIRT_ROOT/etc/libvirt/qemu.conf
	printf '#!/bin/sh\nexec chroot %s virsh "$@"\n' $LIBVIRT_ROOT \
		>/usr/bin/virsh
	chmod +x /usr/bin/virsh
	chroot $LIBVIRT_ROOT /usr/sbin/libvirtd >/out/libvirtd.log 2>&1 &
	until virsh -q -c qemu:///system uri >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 120 ] ||
			fail "libvirtd: $(tail -n 1 /out/libvirtd.log)"
		sleep 0.5
	done
}
