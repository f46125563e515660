# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where a run takes place: on this machine, or as the nested guest of a lab, one
# boot of L1 for each run, so that what is done stays done whatever happens to
# the next. Sourced by guestbench; uses its variables.

QEMU_TCG=/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so
PORT=47201		# as in qemu.py
OUT_MIB=64		# for recordings
WORK_MIB=64		# for the initrd, twice
LAB_DISK_MIB=1024	# of a larger disk, what benchmarks may write to in a lab
# What differs from run to run, back from where it took place; the last two are
# a lab's.
RUN_RESULTS=(guest.log record.log run.exitstat run.exitstat.part state tcg.samples
	hist job.log console.log domain libvirtd.log)

setting()
{
	/usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["asked"]["settings"][sys.argv[2]])' \
		"$OUT/plan.json" "$1"
}

# has_value AXIS VALUE: does a run of the plan have it?
has_value()
{
	grep -qE "(^| )$1=$2(,| )" "$OUT"/runs/*/label
}

need_mib()
{
	[ "$1" -ge "$2" ] || die "$3: $1 MiB free, $2 MiB needed ($4)"
}

free_mib()
{
	df --output=avail -B 1M "$1" | tail -n 1 | tr -d ' '
}

# Every way to run out of something, before the first run.
check_place()
{
	local memory free tmp=${TMPDIR:-/tmp}
	{ [ -d "$tmp" ] && [ -w "$tmp" ]; } ||
		die "$tmp: not a directory to write to (another TMPDIR)"
	memory=$(setting memory)
	free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	[ -z "$LAB" ] || memory=$(lab_memory)
	need_mib "$free" "$memory" memory \
		'a smaller "memory" or "disk-size" in the matrix'
	need_mib "$(free_mib "$OUT")" "$OUT_MIB" "$OUT" 'another --out'
	[ -n "$LAB" ] || check_here "$tmp"
	! has_value disk lvm || check_volume
	[ -n "$LAB" ] || ! has_value manager libvirt || check_libvirt
	[ -n "$LAB" ] || check_port
}

check_here()
{
	need_mib "$(free_mib "$1")" $(($(setting disk-size) + WORK_MIB)) "$1" \
		'another TMPDIR, or a smaller "disk-size" in the matrix'
	# They have a meaning in QEMU's options, or in run-one.
	case $1$(cache_dir) in
	*[,\|\&\\]*) die "$1, $(cache_dir): a comma, |, & or \\ in a path" \
		"(another TMPDIR or XDG_CACHE_HOME)" ;;
	esac
	! has_value accel kvm || check_kvm
}

# Only now: what is wrong with the matrix comes first.
check_port()
{
	! (: </dev/tcp/127.0.0.1/$PORT) 2>/dev/null ||
		die "port $PORT of 127.0.0.1: in use (the benchmarks of the" \
			"network need it)"
}

check_kvm()
{
	[ -c /dev/kvm ] ||
		die "/dev/kvm: not there (only accel = tcg can run here," \
			"or --lab svm)"
	(: <>/dev/kvm) 2>/dev/null ||
		die "/dev/kvm: cannot be opened (run as root; or --lab svm)"
	[ "$(id -u)" = 0 ] ||
		die "accel = kvm: exits are recorded as root (sudo; or --lab svm)"
}

check_libvirt()
{
	local domains=("$OUT"/runs/*/domain.xml)
	"$TOP/tools/guestbench/host/run-domain" --check "${domains[0]%/*}"
}

check_volume()
{
	local volume found users
	volume=$(setting volume)
	if [ -n "$LAB" ]; then
		[[ $volume =~ ^/dev/[^/]+/[^/]+$ ]] ||
			die "volume = $volume: a lab makes it, as /dev/GROUP/VOLUME"
		return
	fi
	[ -b "$volume" ] || die "volume = $volume: not a block device"
	check_volume_size "$volume"
	users=$(lsblk -nro NAME,MOUNTPOINTS "$volume" |
		awk 'NR > 1 { print $1 } $2 { print $2 }' | xargs)
	[ -z "$users" ] ||
		die "volume = $volume: in use ($users), and would be overwritten"
	(exec 9<>"$volume") 2>/dev/null ||
		die "volume = $volume: cannot be written to (run as root)"
	# blkid's status is 2 where there is nothing.
	found=$({ blkid -p -o export "$volume" || :; } |
		sed -n 's/^\(TYPE\|PTTYPE\)=//p; s/^LABEL=/label /p' | xargs)
	case $found in
	'' | 'label guestbench ext4') ;;
	*) die "volume = $volume: has $found on it, and would be overwritten" \
		"(wipefs -a $volume, if it may)" ;;
	esac
}

check_volume_size()
{
	local bytes
	bytes=$(blockdev --getsize64 "$1" 2>/dev/null) ||
		die "volume = $1: cannot be opened (run as root)"
	need_mib $((bytes >> 20)) "$(setting disk-size)" "volume = $1" \
		'a larger volume, or a smaller "disk-size" in the matrix'
}

# The guest's memory and what benchmarks write to its disk, which is sparse; the
# Debian twice while L1 unpacks it, and L1; libvirt's. A volume's file is in memory,
# and what L1 has read of it.
lab_memory()
{
	local disk libvirt=0
	disk=$(setting disk-size)
	[ "$disk" -le "$LAB_DISK_MIB" ] || disk=$LAB_DISK_MIB
	! has_value disk lvm || disk=$((2 * disk))
	! has_value manager libvirt || libvirt=256
	echo $(($(setting memory) + disk + 768 + libvirt))
}

make_parts()
{
	local stock
	stock=$("$TOP/scripts/build/kernel" stock "$SERIES" | tail -n 1)
	GUEST_STOCK=$stock GUEST_KERNEL=$stock/vmlinuz
	ROOT_IMAGE=$(guest_image)
	guest_initrd "$stock" "$WORK/initrd"
	qemu-img create -q -f qcow2 "$WORK/empty.qcow2" "$(setting disk-size)M"
	[ -z "$LAB" ] || make_job
}

run_here()
{
	KERNEL=$GUEST_KERNEL INITRD=$WORK/initrd ROOT=$ROOT_IMAGE \
		QCOW2=$WORK/empty.qcow2 EXITSTAT=$EXITSTAT \
		RECORD='--groups time' WITH_PARENT='setpriv --pdeathsig KILL' \
		TMPDIR=$WORK \
		attended "$TOP/tools/guestbench/host/run-one" "$1" || :
}

# L1's QEMU comes without its module for TCG.
make_job()
{
	LAB_KERNEL=$("$TOP/scripts/build/kernel" kvm-modules "$SERIES" | tail -n 1)
	mkdir "$WORK/job"
	cp "$TOP/scripts/lab/jobs/guestbench"/* "$WORK/job/"
	cp "$WORK/initrd" "$WORK/empty.qcow2" "$ROOT_IMAGE" "$QEMU_TCG" "$WORK/job/"
	cp -r "$HERE/host" "$HERE/guest" "$WORK/job/"
	# for a run without a VM, a volume, libvirt: L1's kernel is the guest's
	modules "$GUEST_STOCK" "$WORK/job/modules" "${L1_MODULES[@]}"
	! has_value manager libvirt || libvirt_job "$WORK/job"
}

# An emulated L1 has a clock of its own, which may be slower than ours: its limit
# has to come first, as a lab that is ended from outside brings back nothing.
run_in_lab()
{
	local limit name
	limit=$(setting timeout)
	rm -rf "$WORK/job/run.d" "$WORK/out"
	cp -r "$1" "$WORK/job/run.d"
	attended "$TOP/scripts/lab/lab" --lab "$LAB" --kernel "$LAB_KERNEL" \
		--job "$WORK/job" --out "$WORK/out" --mem "$(lab_memory)" \
		--timeout $((4 * limit + 300)) || :
	for name in "${RUN_RESULTS[@]}"; do
		[ ! -e "$WORK/out/$name" ] || cp -r "$WORK/out/$name" "$1/"
	done
}
