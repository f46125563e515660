# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of guestbench share: its parts in GB, a table of two
# benchmarks, and a plan of nine runs. Sourced after cli.sh.

GB=$TOP/tools/guestbench
# The tool is not what is tested here, and without sanitizers it starts faster.
export EXITSTAT=$BUILD/nocairo/exitstat

# The benchmarks of the made recordings: names of which one begins another.
make_table() {
	cat >table.conf <<-'END'
		[disk]
		family = file
		tool = dd
		before = echo {vcpus}
		command = disk {mib} '{{a}}'
		name = disk-{mib}m
		words = file write of {mib} MiB
		quick = mib=1
		full = mib=1,16,64
		score = rate (\S+)
		unit = MiB/s
		better = higher
		operations = {mib} * 100
		operation = KiB
		[wait]
		family = cpu
		tool = sleep
		marks = own
		command = wait
		name = wait
		quick = n=1
		full = n=1
		score = took ([\d.]+)
		unit = s
		better = lower
		operations = of (\d+)
		operation = nap
	END
	printf '%s\n' 'bus = virtio ide' 'repeats = 3' 'benchmarks = disk cpu' \
		'accel = kvm tcg' >m.conf
}

package() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B -m guestbench "$@"
}

plan() {
	package plan "$@"
}

new_plan() {
	rm -rf p
	plan "${MATRIX:-m.conf}" p 7 table.conf
}

# It looks at the port of the network's benchmarks, which another program of tests
# may have for a moment.
guestbench() {
	(exclusive port-47201
	XDG_CACHE_HOME=$T/cache exec "$GB/guestbench" "$@")
}

# limited COMMAND...: with a limit in seconds as its last argument, which ends a run
# that has to say something before: a longer one where that is too short. In a
# shell of its own with errexit on, as in check.
limited() {
	local limit status
	for limit in 1 8 64; do
		set +e
		(set -e; "$@" "$limit")
		status=$?
		set -e
		[ "$status" != 0 ] || break
	done
	return "$status"
}

# refused TEXT LINE...: a matrix with these lines is refused here, before a run
refused() {
	printf '%s\n' 'accel = tcg' 'repeats = 1' 'benchmarks = cpu' "${@:2}" \
		>m1.conf
	rm -rf o
	fails 1 "$1" guestbench --quiet --matrix m1.conf --out o --seed 1
	[ ! -e o/runs/0001/state ]
}
