# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Run the commands of a document one after the other in this shell, as a reader
# types them: "cd" and variables stay in effect. Sourced in L1 by the job docs, in
# busybox's shell, and outside by its judge.
#
#   session DIR SAID    DIR has a file for each command (docs.py commands); its
#                       output goes to SAID/NAME, its status to SAID/NAME.status

# Both run as root.
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
