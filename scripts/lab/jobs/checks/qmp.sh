# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The step qmp: what an unchanged QEMU says of the statistics, through KVM's
# statistics file descriptor. QMP goes over a pair of pipes, since busybox has
# nothing that talks to a socket. Sourced by run.

# Line by line until the answer; events in between are skipped.
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

# Stopped, so that QEMU's numbers and the snapshot are of the same moment.
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

# A prefix of linux_guest.
qemu_with_qmp()
{
	"$@" -chardev pipe,id=qmp,path=/tmp/qmp -qmp chardev:qmp
}
