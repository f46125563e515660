# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build read-only Debians as squashfs, cached by content: the guest's, with the
# benchmarks (90 MB, small enough for L1 of a lab, whose disks are in memory; the kernel
# comes from initrd.sh); and one with libvirtd and QEMU for L1, which otherwise has only
# busybox and QEMU (66 MB). Sourced by parts, after scripts/lib/chroot.sh.

# iproute2 and e2fsprogs for the runner, lvm2 for L1 of a lab (lab/jobs/guestbench),
# the others for benchmarks.conf.
IMAGE_PACKAGES=(iproute2 e2fsprogs lvm2 sysbench mbw stress-ng linux-perf
	rt-tests hpcc fio iperf3)
LIBVIRT_PACKAGES=(libvirt-daemon libvirt-clients qemu-system-x86)

# Files that no benchmark reads, half the size.
IMAGE_WITHOUT=(/usr/share/doc /usr/share/man /usr/share/locale /usr/share/info
	/usr/share/i18n /usr/share/zoneinfo /usr/lib/x86_64-linux-gnu/gconv
	/var/lib/apt /var/cache)

# Files that libvirtd does not need to run a guest, half the size. The drivers look for
# programs and a bus that do not exist here.
LIBVIRT_WITHOUT=("${IMAGE_WITHOUT[@]}" /usr/share/perl /usr/share/perl5
	/usr/lib/x86_64-linux-gnu/perl /usr/share/iso-codes /usr/share/xml
	/usr/libexec/qemu-system-i386 /usr/bin/qemu-system-i386
	/usr/bin/qemu-system-x86_64-microvm
	'/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_[!q]*.so')

# build_debian DIR NAME PACKAGES WITHOUT HOOK: called by cache_entry. HOOK is a shell
# command that gets the root of the Debian as $1.
build_debian()
{
	debian_sources >"$1/debian.list"
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	stage "installing Debian ($2)" mmdebstrap --variant=minbase \
		--dpkgopt=force-unsafe-io --include="$3" --customize-hook="$5" \
		--customize-hook='cd "$1" && rm -rf '"$4" \
		"$(debian_release)" "$1/root.tar" "$1/debian.list"
	stage "packing it" pack "$1"
	rm -f "$1/root.tar"
}

pack()
{
	mksquashfs - "$1/root.squashfs" -tar -quiet -no-progress -comp zstd \
		-Xcompression-level 15 -processors 1 <"$1/root.tar"
}

# debian_image NAME PACKAGES WITHOUT HOOK: print the path of its squashfs. It is rebuilt
# once a month to follow Debian's updates.
debian_image()
{
	local key entry
	key=$({
		date +%Y-%m
		debian_sources
		cat "$TOP/tools/guestbench/image/debian.sh"
	} | short_hash)
	find "$(cache_dir)" -maxdepth 1 -name "guestbench-$1-*" -mtime +60 \
		-exec rm -rf {} +
	entry=$(cache_entry "guestbench-$1" "$key" build_debian "$@")
	printf '%s/root.squashfs\n' "$entry"
}

# shellcheck disable=SC2016 # for mmdebstrap's shell
guest_image()
{
	debian_image image "${IMAGE_PACKAGES[*]}" "${IMAGE_WITHOUT[*]/#/.}" \
		'mkdir -p "$1/data" "$1/guestbench"'
}

# libvirt requires that this user exists (libvirt-daemon-system creates it), although
# QEMU runs as root.
# shellcheck disable=SC2016 # for mmdebstrap's shell
libvirt_image()
{
	debian_image libvirt "${LIBVIRT_PACKAGES[*]}" "${LIBVIRT_WITHOUT[*]/#/.}" \
		'chroot "$1" useradd -r -U libvirt-qemu &&
		mkdir -p "$1/job" "$1/guest" "$1/etc/libvirt"'
}
