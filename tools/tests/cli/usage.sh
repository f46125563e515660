#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line of exitstat: help, the version, suggestions for mistyped
# commands and options, and the message for users without root.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

all_commands() {
	commands
	printf '%s\n' help version
}

# -h, --help, -? and "help COMMAND" print the same.
help_of_commands() {
	local name how
	for name in $(all_commands); do
		exitstat "$name" --help >help
		head -1 help | has "^usage: exitstat $name \[OPTION...\]"
		for how in "$name -h" "$name -?" "help $name"; do
			# shellcheck disable=SC2086 # two words
			exitstat $how | diff help -
		done
		narrow cat help
		# no option takes -h or -V from help and version
		[ "$(grep -cE '^  -[hV], --(help|version) ' help)" = 2 ]
		[ "$(grep -cE '^  -[hV], ' help)" = 2 ]
	done
}

help_of_exitstat() {
	exitstat --help >help
	exitstat -h | diff help -
	exitstat '-?' | diff help -
	exitstat help | diff help -
	narrow cat help
	local status=0
	exitstat 2>err || status=$?
	[ $status = 2 ]
	diff help err
}

# Each line of an option's text begins in the same column.
help_is_aligned() {
	local name
	for name in $(all_commands); do
		exitstat "$name" --help | awk '
			/^$/ { options = 0; next }
			/^  (-., |    )--/ {
				options = 1
				if (match($0, /^ +(-., )?--[^ ]+ +[^ ]/)) {
					if (column && RLENGTH != column) bad = 1
					column = RLENGTH
				}
				next
			}
			options { match($0, /^ */); if (RLENGTH + 1 < 10) bad = 1 }
			END { exit bad }'
	done
}

help_is_short() {
	[ "$(exitstat top --help | wc -l)" -lt 45 ]
	exitstat list --help | tr -s ' \n' ' ' >words
	[ "$(grep -o auto words | wc -l)" = 1 ]
}

# The example in the help of record, as typed into a shell.
example_can_be_pasted() {
	exitstat record --help |
		sed -n '/^Example:$/,$p' | sed 1d >example
	[ "$(wc -l <example)" -ge 2 ]
	# shellcheck disable=SC2016 # the other shell expands it
	bash -euc 'exitstat() { printf "%s\n" "$#" "$@"; }; . "$1"' - ./example >words
	[ "$(head -1 words)" = "$(($(wc -l <words) - 1))" ]
	[ "$(tail -1 words)" = console=ttyS0 ]
	has '^qemu-system-x86_64$' <words
}

# What this build and one without optional libraries print.
versions() {
	local how name
	exitstat --version >version
	head -1 version | has '^exitstat [0-9][^ ]*$'
	has '^built with .*SQLite [0-9.]*, jansson [0-9]' <version
	narrow cat version
	for how in -V version 'record --version' 'list -V'; do
		# shellcheck disable=SC2086 # words
		exitstat $how | diff version -
	done
	"$BARE" --version >bare
	for name in cairo libbpf ncursesw libmicrohttpd uPlot; do
		grep -q "^without $name: " bare
		grep -qE "^without $name: |(^|[ ,])$name [0-9]" version
	done
	lacks '^built with .*cairo' bare
}

no_noise() {
	fails 2 'no such option' exitstat report --nosuch
	lacks 'Try\|--usage\|more information' err
}

requires_root() {
	unset EXITSTAT_ROOT
	fails 1 'exitstat record: requires root: sudo exitstat record ...' \
		as_nobody "$EXITSTAT" record -- true
	fails 1 'exitstat top: requires root: sudo exitstat top ...' \
		as_nobody "$EXITSTAT" top -b
	as_nobody "$EXITSTAT" list 2>err && return 1
	head -1 err | has 'requires root: sudo exitstat list ...$'
	for name in patched module bpf kvm-stats; do
		grep -q "^exitstat list:   $name: " err
	done
}

touch 'a file' boot.exitstat
check 'help: -h, --help, -? and "help COMMAND" print the same' help_of_commands
check 'help: lists the commands' help_of_exitstat
check 'help: the texts of options are aligned' help_is_aligned
check 'help: top fits a screen, sources are listed once' help_is_short
check "help: the example of record can be pasted" example_can_be_pasted
check 'version: prints the libraries of the build' versions
check 'help: an unknown command is refused' cases <<-'END'
	2	exitstat help nosuch		nosuch: no such command (exitstat --help lists them)
	2	exitstat help reprot		did you mean report?
	2	exitstat help top list		one COMMAND at a time
	2	exitstat version now		now: unexpected argument
END
check 'commands: similar names are suggested' cases <<-'END'
	2	exitstat reprot			reprot: no such command (did you mean report? exitstat --help lists them)
	2	exitstat rec			did you mean record?
	2	exitstat TOP			did you mean top?
	2	exitstat re			did you mean reset, record or report?
	2	exitstat ls			did you mean list?
	2	exitstat compare		did you mean diff?
	2	exitstat budget			did you mean check-budget?
	2	exitstat dance			dance: no such command (exitstat --help lists them)
	2	exitstat ''			: no such command (exitstat --help lists them)
END
check 'commands: for a recording, report is suggested' cases <<-'END'
	2	exitstat boot.exitstat		exitstat report boot.exitstat)
	2	exitstat none.exitstat		exitstat report none.exitstat)
	2	exitstat 'a file'		exitstat report a file)
END
check 'options before a command are refused' cases <<-'END'
	2	exitstat --verison		--verison: no such option (did you mean --version? exitstat --help)
	2	exitstat --source bpf list	--source: no such option (exitstat --help)
	2	exitstat -x			-x: no such option (exitstat --help)
END
check 'options: similar names are suggested' cases <<-'END'
	2	exitstat report --detial a.x	--detial: no such option (did you mean --detail? exitstat report --help)
	2	exitstat record --quite		did you mean --quiet?
	2	exitstat top --tick		--tick: no such option (exitstat top --help)
	2	exitstat record -quiet		-u: no such option (did you mean --quiet?
	2	exitstat top --sort totl	totl: no such column (did you mean total? one of name, known_as
	2	exitstat export -f cvs a.x	cvs: no such format (did you mean csv? one of csv, json
	2	exitstat list --source ebpf	ebpf: no such source (did you mean bpf? one of auto,
END
check 'options: errors exit with 2' cases <<-'END'
	2	exitstat report -z a.x		-z: no such option (exitstat report --help)
	2	exitstat report -jz a.x		-z: no such option
	2	exitstat report -zj a.x		-z: no such option
	2	exitstat report a.x -zj		-z: no such option
	2	exitstat diff a.x -zj b.x	-z: no such option
	2	exitstat plot a.x -o		-o: needs a value (FILE)
	2	exitstat record -qi		-i: needs a value (TIME)
	2	exitstat report --html		--html: needs a value (PAGE)
	2	exitstat report --ht		--html: needs a value (PAGE)
	2	exitstat report --json=3 a.x	--json: takes no value
	2	exitstat top --re		--re: ambiguous: --reason, --reverse
	2	exitstat list now		now: unexpected argument
	2	exitstat record -d 5 -- true	duration: 5: need a whole number with a unit
	0	exitstat explain --a --js	^\[
END
check 'a usage error is one line' no_noise
check_unprivileged 'without root: the message names sudo' requires_root
done_testing
