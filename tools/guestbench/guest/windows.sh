# SPDX-License-Identifier: GPL-2.0-only
#
# Run the benchmarks in "tasks" (name, tool, marks, preparation and command, separated
# by tabs) one by one, each in a window. Prints these lines on standard output, each
# with "guestbench: " before and ";" after it:
#
#   missing NAME TOOL     not run: the image lacks the tool
#   before NAME STATUS    not run: the preparation failed
#   begin NAME, end NAME  the window; nothing is printed inside it
#   status NAME STATUS SECONDS
#
# The output of the benchmark follows the end of its window, each line after "| ".
# Sourced by runner (in a guest) and alone (without a VM).
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

# run_command NAME COMMAND: descriptor 9 is the console. If a part of a pipe fails, its
# status is returned.
run_command()
{
	GUESTBENCH_NAME=$1 bash -o pipefail -c "$2" 9>&1 >/run/output 2>&1 \
		</dev/null
}

# The pauses let the recorder take its sample at each marker. A command that marks its
# own window places them itself.
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

# Read the program and its libraries into memory before its window.
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

# Run every benchmark.
run_tasks()
{
	local name tool marks before command
	warm /bin/bash
	# processes killed before do not count
	sed -n 's/^oom_kill //p' /proc/vmstat >/run/oom_kill
	while IFS=$TAB read -r name tool marks before command <&3; do
		benchmark "$name" "$tool" "$marks" "$before" "$command"
	done 3<$HERE/tasks
}
