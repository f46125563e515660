# SPDX-License-Identifier: GPL-2.0-only
#
# The windows: runs the benchmarks of "tasks" (name, tool, marks, preparation and
# command, between tabs) one by one. Says on standard output, in lines that begin
# with "guestbench: " and end with ";":
#
#   missing NAME TOOL     the image lacks it: not run
#   before NAME STATUS    the preparation failed: not run
#   begin NAME, end NAME  the window; between them nothing is written
#   status NAME STATUS SECONDS
#
# What the benchmark printed follows its end, each line after "| ". Sourced by
# runner (in a guest) and alone (without one).
# shellcheck shell=dash

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C
HERE=/run/guestbench
TAB=$(printf '\t')

say()
{
	echo "guestbench: $1;"
}

seconds()
{
	cut -d' ' -f1 /proc/uptime
}

# run_command NAME COMMAND: its descriptor 9 is the console. With the status of
# whatever fails in a pipe.
run_command()
{
	GUESTBENCH_NAME=$1 bash -o pipefail -c "$2" 9>&1 >/run/output 2>&1 \
		</dev/null
}

# The pauses: so that whoever samples at a marker has done so. A command with
# marks of its own has them where it knows better.
window()
{
	local start end status=0
	[ "$2" = own ] || { say "begin $1"; sleep 0.1; }
	start=$(seconds)
	run_command "$1" "$3" || status=$?
	end=$(seconds)
	[ "$2" = own ] || { say "end $1"; sleep 0.1; }
	[ $status = 0 ] || $HERE/why >>/run/output
	sed 's/^/| /' /run/output
	say "status $1 $status $(awk "BEGIN { print $end - $start }")"
}

# What a program needs is in memory before its window: itself, its libraries.
warm()
{
	cat "$1" >/dev/null
	LD_TRACE_LOADED_OBJECTS=1 "$1" 2>/dev/null |
		sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | xargs cat >/dev/null
}

benchmark()
{
	local status=0
	if ! command -v "$2" >/dev/null; then
		say "missing $1 $2"
		return
	fi
	warm "$(command -v "$2")"
	bash -o pipefail -c "$4" >/run/output 2>&1 </dev/null || status=$?
	if [ $status != 0 ]; then
		$HERE/why >>/run/output
		sed 's/^/| /' /run/output
		say "before $1 $status"
		return
	fi
	window "$1" "$3" "$5"
}

# Every benchmark has its turn.
run_tasks()
{
	local name tool marks before command
	warm /bin/bash
	# what was killed before is not ours
	sed -n 's/^oom_kill //p' /proc/vmstat >/run/oom_kill
	while IFS=$TAB read -r name tool marks before command <&3; do
		benchmark "$name" "$tool" "$marks" "$before" "$command"
	done 3<$HERE/tasks
}
