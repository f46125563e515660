#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion in bash: by the words of a line, and by a tab in an interactive bash, with
# and without the package bash-completion.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

SCRIPT=$T/exitstat.bash
PACKAGE=/usr/share/bash-completion/bash_completion

# offers WORD...: print the completions of the last word. Words are split as by
# readline: --name = value
offers() {
	# shellcheck disable=SC2016 # the other shell expands it
	bash --norc --noprofile -uc '. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_exitstat
		[ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
		offers "$SCRIPT" exitstat "$@" | LC_ALL=C sort -u
}

# offered WANTED WORD...
offered() {
	local wanted=$1
	shift
	[ "$(offers "$@" | paste -sd' ')" = "$wanted" ]
}

completes_commands() {
	{ commands; printf '%s\n' help version --help --version; } | LC_ALL=C sort >want
	offers '' | diff want -
	offered 'record report reset' re
	offered 'check check-budget' check
	offered '' nonsense ''
}

# All long options in each command's help, and no others.
completes_options() {
	local name
	for name in $(commands); do
		"$EXITSTAT" "$name" --help |
			sed -nE 's/^ {2,6}(-., )?(--[a-z-]+).*/\2/p' |
			LC_ALL=C sort >want
		grep -q . want
		offers "$name" - | diff want -
	done
}

completes_values() {
	sources | LC_ALL=C sort >want
	offers list --source '' | diff want -
	offered patched list --source = p
	offered 'auto bpf kvm-stats module patched' list --source =
	offered '--source=patched' list --source=p
	offered 'count detail histogram time' enable ''
	offered 'count,time' record --groups count,t
	offered '--groups=count,time' record --groups=count,t
	tables | LC_ALL=C sort >want
	offers export --table '' | diff want -
	offered 'csv' export -f c
	offered 'latency' plot --chart l
	offered 'class reason' diff --by ''
	offered 'all' diff --phase ''
	offered 'detail reasons vcpus vms' top -l ''
	offered known_as top --sort k
	offered '' top --vm ''
	offered '' top ''
	{ commands; printf '%s\n' help version; } | LC_ALL=C sort >want
	offers help '' | diff want -
	offered 'record report reset' help re
	offered 'bash' completion ''
}

completes_reasons() {
	offered 'EPT_MISCONFIG EPT_VIOLATION' explain EPT_
	offered 'IO_INSTRUCTION' explain --isa vmx IO_IN
	offered 'IOIO' top --reason IOI
	[ "$(offers explain '' | wc -l)" -gt 100 ]
}

completes_files() {
	mkdir files
	cd files
	mkdir dir
	touch a.exitstat 'b c.exitstat' notes.txt
	offers report '' >got
	printf '%s\n' a.exitstat 'b c.exitstat' dir | diff - got
	rm got
	offered 'a.exitstat' diff a.exitstat a
	offered 'a.exitstat' diff x.exitstat -- a
	offered 'notes.txt' plot -o n
	offered 'notes.txt' record -- cat n
	offers record -- cat | has '^cat$'
	offered '' record n
}

# typed LINE RC...: print bash's line after LINE and a tab
typed() {
	python3 - "$@" <<-'END'
		import os, pty, re, select, sys, time
		pid, fd = pty.fork()
		if pid == 0:
		    os.environ.update(TERM="dumb", PS1="> ", PS2="")
		    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
		def until(text, seconds=120):
		    got, end = "", time.monotonic() + seconds
		    while text not in got and time.monotonic() < end:
		        if select.select([fd], [], [], 0.1)[0]:
		            got += os.read(fd, 65536).decode(errors="replace")
		    assert text in got, (text, got)
		    return got
		for line in sys.argv[2:] + ["echo rea''dy"]:
		    os.write(fd, (line + "\n").encode())
		until("ready\r\n")
		os.write(fd, sys.argv[1].encode() + b"\t'EN''D'\n")
		print(until("END"))
	END
}

# The first command in bash defines exitstat as a function that prints its arguments.
in_a_real_bash() {
	local got
	# shellcheck disable=SC2016 # the other shell expands it
	set -- 'exitstat() { printf "<%s>" "$@"; }' "$@"
	got=$(typed 'exitstat expo' "$@")
	[[ $got = *'<export><END'* ]]
	got=$(typed 'exitstat check-b' "$@")
	[[ $got = *'<check-budget><END'* ]]
	got=$(typed 'exitstat plot --chart=la' "$@")
	[[ $got = *'<plot><--chart=latency><END'* ]]
}

# The package loads the file when it is first needed.
loaded_on_demand() {
	mkdir -p user/completions
	cp "$SCRIPT" user/completions/exitstat
	in_a_real_bash "BASH_COMPLETION_USER_DIR=$PWD/user" ". $PACKAGE"
}

is_clean() {
	shellcheck "$SCRIPT"
	fails 2 'need bash' exitstat completion fish
	fails 2 'which shell' exitstat completion
}

"$EXITSTAT" completion bash >"$SCRIPT"
check 'commands are completed' completes_commands
check 'options of each command are completed' completes_options
check 'values of options and arguments are completed' completes_values
check 'exit reasons are completed' completes_reasons
check 'recordings, files and commands are completed' completes_files
check 'a tab in bash works without bash-completion' in_a_real_bash ". $SCRIPT"
if [ -r "$PACKAGE" ]; then
	check 'a tab in bash works with bash-completion' loaded_on_demand
else
	skip 'a tab in bash works with bash-completion' 'bash-completion is not installed'
fi
check 'the script passes shellcheck, and usage errors are reported' is_clean
done_testing
