# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the guest of guestbench boots: a read-only Debian with the
# benchmarks, as squashfs: 90 MB, which fit into L1 of a lab, where a disk is
# memory. Cached by content. Sourced by guestbench, after
# scripts/lib/chroot.sh. It has no kernel: see initrd.sh.

# iproute2 and e2fsprogs for the runner, lvm2 for L1 of a lab (lab/jobs/guestbench),
# the others for benchmarks.conf.
IMAGE_PACKAGES=(iproute2 e2fsprogs lvm2 sysbench mbw stress-ng linux-perf
	rt-tests hpcc fio iperf3)

# What no benchmark reads: half of the size.
IMAGE_WITHOUT=(/usr/share/doc /usr/share/man /usr/share/locale /usr/share/info
	/usr/share/i18n /usr/share/zoneinfo /usr/lib/x86_64-linux-gnu/gconv
	/var/lib/apt /var/cache)

image_packages()
{
	debian_sources >"$1/debian.list"
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io \
		--include="$(IFS=,; echo "${IMAGE_PACKAGES[*]}")" \
		--customize-hook='cd "$1" && rm -rf '"${IMAGE_WITHOUT[*]/#/.}" \
		--customize-hook='mkdir -p "$1/data" "$1/guestbench"' \
		"$(debian_release)" "$1/root.tar" "$1/debian.list"
}

# Called by cache_entry with the directory to fill.
build_image()
{
	stage "installing the guest's Debian" image_packages "$1"
	stage "packing it" image_pack "$1"
	rm -f "$1/root.tar"
}

image_pack()
{
	mksquashfs - "$1/root.squashfs" -tar -quiet -no-progress -comp zstd \
		-Xcompression-level 15 -processors 1 <"$1/root.tar"
}

# Once a month anew, as Debian moves on.
guest_image()
{
	local key entry
	key=$({
		date +%Y-%m
		debian_sources
		cat "$TOP/tools/guestbench/image/debian.sh"
	} | short_hash)
	find "$(cache_dir)" -maxdepth 1 -name 'guestbench-image-*' -mtime +60 \
		-exec rm -rf {} +
	entry=$(cache_entry guestbench-image "$key" build_image)
	printf '%s/root.squashfs\n' "$entry"
}
