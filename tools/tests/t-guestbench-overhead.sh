#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/guestbench against the machine itself: runs without a VM, and what of a
# guest's extra time is what.

# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=guestbench.sh
. "$GOLDEN/../guestbench.sh"

# labels LINE...: of the runs which these lines of a matrix make
labels() {
	printf '%s\n' "$@" 'repeats = 1' 'benchmarks = cpu' >n.conf
	rm -rf n
	plan n.conf n 1 table.conf 2>err
	cat n/runs/*/label
}

# One for each number of processors, whatever else is varied.
native_is_planned() {
	labels 'vcpus = 1 2 4' 'bus = virtio ide' 'cpu = host default' \
		'accel = kvm tcg native' >got
	[ "$(grep -c accel=native got)" = 3 ]
	[ "$(grep accel=native got | sort -u | wc -l)" = 3 ]
	lacks 'bus=ide.*native\|cpu=default.*native' got
	labels 'vary = all' 'vcpus = 1 2' 'bus = virtio ide' \
		'accel = native kvm' >got
	[ "$(grep -c accel=native got)" = 2 ]
	[ "$(grep -c accel=kvm got)" = 4 ]
	[ "$(grep -c 'left out: .*without a VM only vcpus' err)" = 2 ]
	labels 'vcpus = 2' 'accel = native'
	diff - n/runs/0001/native <<<2
	[ ! -e n/runs/0001/args ]
	labels 'accel = kvm'
	[ ! -e n/runs/0001/native ]
	[ -s n/runs/0001/args ]
}

# A Debian of busybox.
make_root() {
	local name
	mkdir -p tree/{bin,run,tmp,proc,sys,dev,data}
	cp /bin/busybox tree/bin/
	for name in sh awk cat cut df echo grep ip nproc sed seq sleep tail taskset tr xargs; do
		ln -sf busybox "tree/bin/$name"
	done
	printf '#!/bin/sh\nexec sh "$@"\n' >tree/bin/bash
	chmod +x tree/bin/bash
	mksquashfs tree root.squashfs -quiet -no-progress -noappend
}

# native_run STATE COMMAND...: a run of these benchmarks, each as NAME=COMMAND
native_run() {
	local state=$1 task
	shift
	rm -rf run
	mkdir run
	echo 1 >run/native
	echo 2 >run/limit
	for task; do
		printf '%s\tcat\taround\techo %s >/data/f\t%s\n' "${task%%=*}" \
			"${task%%=*}" "${task#*=}"
	done >run/tasks
	KERNEL=- INITRD=- ROOT=$T/root.squashfs TMPDIR=$T/tmp "$GB/run-one" run ||
		[ "${state%%:*}" = failed ]
	grep -x "$state" run/state
}

# As root only: in namespaces of its own, of which nothing stays.
native_runs() {
	mkdir tmp
	native_run 'partial: 1 of 3 benchmarks failed: b: status 3' \
		'a=cat /data/f; nproc; ls /sys/class/net' 'b=exit 3' 'c=:'
	printf '| a\n| 1\n' | diff - <(grep '^|' run/guest.log | head -n 2)
	for line in 'begin a' 'end a' 'status b 3 ' 'begin c' complete; do
		grep "^guestbench: $line.*;$" run/guest.log
	done
	[ -z "$(ls tmp)" ]
	lacks "$T" /proc/self/mounts
	native_run 'partial: the guest did not end within 2 s' 'a=:' 'b=sleep 61'
	grep '^guestbench: status a 0 ' run/guest.log
	if pgrep -f '^sleep 61$'; then
		return 1
	fi
	[ -z "$(ls tmp)" ]
	mv root.squashfs gone
	native_run 'failed: no benchmark began: .*root.squashfs.*' 'a=:'
}

have_namespaces() {
	[ "$(id -u)" = 0 ] && [ -x /bin/busybox ] &&
		command -v mksquashfs >/dev/null && losetup -f >/dev/null &&
		{ grep -qw squashfs /proc/filesystems || modprobe -q squashfs; }
}

make_table
check "without a VM there is one run for each number of processors" native_is_planned
if have_namespaces 2>/dev/null && make_root >/dev/null; then
	check "a run without a VM leaves nothing behind" native_runs
else
	skip "a run without a VM leaves nothing behind" \
		"needs root, loop devices, squashfs-tools and busybox-static"
fi
done_testing
