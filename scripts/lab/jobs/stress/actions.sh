# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The actions of both stress jobs on guests and files. Sourced by run and run-module.
# shellcheck disable=SC2034 # not every job uses all of them

# shellcheck source=scripts/lab/l1/lib.sh
. /lab/lib.sh

LIMIT=$(cat ./seconds)

uptime_s()
{
	cut -d. -f1 /proc/uptime
}

# repeat NAME COMMAND...: repeat until the time is over; /out/NAME gets the count
repeat()
{
	local name=$1 n=0
	shift
	while [ "$(uptime_s)" -lt "$END" ]; do
		"$@" "$n"
		n=$((n + 1))
	done
	echo $n >"/out/$name"
}

# a_guest VCPUS CPUIDS OUTS INS: each vCPU returns for exactly this port I/O
a_guest()
{
	local said io=$(($3 + $4 + 1))
	said=$(minivmm --stats=json --vcpus "$1" --append "$2 $3 $4" /guest/mix 2>&1) &&
		[ "$(echo "$said" | grep -o '{"vcpu":[0-9]*,"exits":{"IO":'"$io}" |
			wc -l)" = "$1" ] && return
	echo "minivmm: $said" >>/out/failed
	return 1
}

# endless_guest VCPUS: a guest that causes exits until it is killed
endless_guest()
{
	exec minivmm --vcpus "$1" --append '101 53 47 0' /guest/mix
}

# Short-lived guests, more than the number of destroyed VMs that are kept.
a_life()
{
	a_guest $(($1 % 3 + 1)) 23 11 7
}

# Kill a guest at an arbitrary point; it may have more vCPUs than there are CPUs.
a_storm()
{
	endless_guest $(($1 % 7 + 2)) &
	sleep 0.$(($1 % 9 + 1))
	kill -KILL $!
	wait $! 2>/dev/null
}

# Switch groups in many orders, including invalid ones.
a_flip()
{
	local group
	case $((($1 + $1 / 7) % 4)) in
	0) group=count ;;
	1) group='time' ;;
	2) group=histogram ;;
	3) group=detail ;;
	esac
	echo $((($1 + $1 / 3) % 5 > 1)) 2>/dev/null >"$KES_SYSFS/$group" || :
}

# Read files; most often the snapshot, which walks the most data.
a_read()
{
	cat $KES_DEBUGFS/snapshot $KES_DEBUGFS/summary >/dev/null
	cat $KES_DEBUGFS/snapshot >/dev/null
	[ $(($1 % 4)) != 0 ] || cat $KES_DEBUGFS/vms/*/* >/dev/null 2>&1
	[ $(($1 % 8)) != 0 ] ||
		cat $KES_SYSFS/total $KES_SYSFS/unaccounted \
			$KES_SYSFS/reasons/* >/dev/null
}

# Keep changes open for a moment, and read it. The module is unloaded in between.
a_changes()
{
	./reread $KES_DEBUGFS/changes >/tmp/reread 2>/dev/null &
	sleep 0.$(($1 % 4 + 2))
	kill $! 2>/dev/null
	wait $! 2>/dev/null && cat /tmp/reread >>/out/changes
	sleep 1
}

# kmemleak reports only objects that are at least 5 s old.
scan_for_leaks()
{
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	sleep 1
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >>/out/kmemleak
}

# Write the module's parameter while the module is loaded and unloaded.
a_dmesg()
{
	local every=/sys/module/kvm_exit_stats/parameters/exit_stats_dmesg_every
	echo $(($1 % 3 * 100000)) 2>/dev/null >$every || :
	usleep 10000
}
