# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's libvirt for L1 of a lab, which has nothing but busybox and QEMU: a
# read-only Debian with libvirtd and a QEMU of its own, as squashfs (66 MB), cached
# by content. Sourced by
# guestbench, after debian.sh and initrd.sh.

LIBVIRT_PACKAGES=(libvirt-daemon libvirt-clients qemu-system-x86)

# What libvirtd does not need to run a guest: half of the size. The drivers look
# for programs and a bus that are not there.
LIBVIRT_WITHOUT=("${IMAGE_WITHOUT[@]}" /usr/share/perl /usr/share/perl5
	/usr/lib/x86_64-linux-gnu/perl /usr/share/iso-codes /usr/share/xml
	/usr/libexec/qemu-system-i386 /usr/bin/qemu-system-i386
	/usr/bin/qemu-system-x86_64-microvm
	'/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_[!q]*.so')

# libvirt-daemon-system makes the user, which only has to exist: QEMU is root.
libvirt_packages()
{
	local dir=$1
	debian_sources >"$dir/debian.list"
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io \
		--include="$(IFS=,; echo "${LIBVIRT_PACKAGES[*]}")" \
		--customize-hook='chroot "$1" useradd -r -U libvirt-qemu' \
		--customize-hook='cd "$1" && rm -rf '"${LIBVIRT_WITHOUT[*]/#/.}" \
		--customize-hook='mkdir -p "$1/job" "$1/guest" "$1/etc/libvirt"' \
		"$(debian_release)" "$dir/root.tar" "$dir/debian.list"
}

# Called by cache_entry with the directory to fill.
build_libvirt()
{
	stage "installing libvirt's Debian" libvirt_packages "$1"
	stage "packing it" image_pack "$1"
	rm -f "$1/root.tar"
}

# Once a month anew, as Debian moves on.
libvirt_image()
{
	local key entry
	key=$({
		date +%Y-%m
		debian_sources
		cat "$TOP/tools/guestbench/image/libvirt.sh"
	} | short_hash)
	find "$(cache_dir)" -maxdepth 1 -name 'guestbench-libvirt-*' -mtime +60 \
		-exec rm -rf {} +
	entry=$(cache_entry guestbench-libvirt "$key" build_libvirt)
	printf '%s/root.squashfs\n' "$entry"
}

# libvirt_job DIR: what a job in L1 needs of it
libvirt_job()
{
	local image
	image=$(libvirt_image)
	cp "$image" "$1/libvirt.squashfs"
}
