# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The step qmp: the statistics that an unmodified QEMU reads from KVM's statistics
# file descriptor. QMP uses a pair of pipes, because busybox has no program for
# sockets. Sourced by run.

# Read lines until the answer; skip events.
qmp_answer()
{
	local line
	while read -r line <&4; do
		case $line in
		*'"return"'* | *'"error"'*)
			echo "$line"
			return
			;;
		esac
	done
}

qmp()
{
	echo "$1" >&3
	qmp_answer
}

# The guest is stopped, so QEMU's numbers and the snapshot show the same state.
qmp_talk()
{
	qmp '{"execute":"qmp_capabilities"}'
	qmp '{"execute":"stop"}'
	save_snapshot stopped
	qmp '{"execute":"query-stats","arguments":{"target":"vcpu"}}' \
		>"$STEP/query-stats"
	qmp '{"execute":"human-monitor-command","arguments":{"command-line":"info stats vcpu"}}' \
		>"$STEP/info-stats"
	qmp '{"execute":"cont"}'
} >"$STEP/talk" 2>&1

step_qmp()
{
	rm -f /tmp/qmp.in /tmp/qmp.out
	mkfifo /tmp/qmp.in /tmp/qmp.out
	begin qmp
	start_guest "$GUEST_BRIEF" qemu_with_qmp
	exec 3<>/tmp/qmp.in 4<>/tmp/qmp.out
	wait_for_exits 1500
	qmp_talk
	finish_guest
	exec 3>&- 4>&-
	rm /tmp/qmp.in /tmp/qmp.out
	end
}

# A prefix for linux_guest.
qemu_with_qmp()
{
	"$@" -chardev pipe,id=qmp,path=/tmp/qmp -qmp chardev:qmp
}
