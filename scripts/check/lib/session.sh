# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Run commands from a document one after the other in this shell, as a reader
# types them: "cd" and variables last. Sourced in L1 by the job docs and outside
# by its judge; busybox's shell will do.
#
#   session DIR SAID    DIR has a file for each command (docs.py commands); what
#                       it prints is SAID/NAME, its status SAID/NAME.status

# Both places are root's.
sudo()
{
	"$@"
}

session()
{
	mkdir -p "$2"
	for session_command in "$1"/*; do
		[ -f "$session_command" ] || continue
		session_said=$2/${session_command##*/}
		# shellcheck disable=SC1090 # one of many
		. "$session_command" >"$session_said" 2>&1 </dev/null &&
			session_rc=0 || session_rc=$?
		echo "$session_rc" >"$session_said.status"
	done
}
