#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The common behaviour of all commands: JSON, closed pipes, full disks, plain ASCII in
# an ASCII locale, no colours without a terminal.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# Commands that print no report. A new command must be in one of the two lists.
SILENT='enable disable reset record import serve'
# Commands that print a report, with arguments.
cat >reports <<'END'
list
list --destroyed
check
top -b 20ms 1
top --total 20ms 1
report all.x
report --detail groups.x
report --nested groups.x
plot all.x
diff groups.x less.x
check-budget --budget all.budget all.x
check-budget --init all.x
export all.x
export -f json groups.x
explain
explain --all
explain --man
completion bash
END
# Commands with --json.
cat >json <<'END'
list
check
top 20ms 1
report groups.x
diff groups.x less.x
check-budget --budget all.budget all.x
explain
END
# Reports without --json.
NO_JSON='plot export completion'

# VMs and recordings with names that are not ASCII.
prepare() {
	local kind
	recordings all groups less
	for kind in all groups less; do
		sqlite3 "$kind.x" "UPDATE vm SET name = 'wéb ▁█', comm = 'qému';
			UPDATE meta SET value = 'é ▁' WHERE key = 'command';
			UPDATE phase SET name = 'démarrage', line = 'é'
			WHERE name = 'firmware'"
	done
	rm -f all.budget
	"$EXITSTAT" check-budget --init --budget all.budget all.x
	machine
	process 700 1 qemu-system-x86_64 -name 'guest=wéb ▁█'
	snapshot <<-END
		stamp 5000000000
		isa svm
		vm 1 700 1000 0 qému
		vcpu 0 2009
		exit 0x7b 1000 0 0 0 600
		exit 0x72 1009
	END
}

# each FUNCTION <FILE: call it for each line, split into words
each() {
	local line
	while read -r line; do
		# shellcheck disable=SC2086 # words without blanks
		"$1" $line
	done
}

no_command_is_forgotten() {
	{ tr ' ' '\n' <<<"$SILENT"; sed 's/ .*//' reports; } | sort -u >known
	{ tr ' ' '\n' <<<"$SILENT $NO_JSON"; sed 's/ .*//' json; } | sort -u >known2
	commands | sort -u >all
	[ "$(wc -l <all)" -ge 13 ]
	comm -23 all known >forgotten
	comm -23 all known2 >>forgotten
	cat forgotten
	[ ! -s forgotten ]
}

is_json() {
	"$EXITSTAT" "$@" --json >out
	python3 -c 'import json, sys
json.load(open(sys.argv[1]))' out
	"$EXITSTAT" "$@" -j | cmp -s - out || [ "$1" = top ]
}

json_of_list() {
	"$EXITSTAT" list -j >out
	python3 - <<-'END'
		import json
		o = json.load(open("out"))
		assert o["source"] == "patched" and o["isa"] == "svm", o
		assert o["groups_on"] == "none" or o["groups_on"] == "count", o
		assert [(v["pid"], v["exits"], v["state"]) for v in o["vms"]] == \
		    [(700, 2009, "running")], o
		assert o["refused"] == [] and o["remarks"] == [], o
	END
}

json_of_check() {
	"$EXITSTAT" check -j >out
	python3 - <<-'END'
		import json
		o = json.load(open("out"))
		c = o["accounting"]
		assert c["verdict"] == "right" and c["attempts"] == 2009, c
		assert [(v["vcpu"], v["exits"], v["wrong"]) for v in c["vcpus"]] == \
		    [(0, 2009, False)], c
		h = o["histogram"]
		assert h["verdict"] == "undecidable" and h["why"] and h["exits"] is None, h
	END
}

quiet_pipes() {
	python3 "$TESTS/lib/closed-pipe.py" "$EXITSTAT"
}

helps_are_quiet() {
	{ echo --help; commands | sed 's/$/ --help/'; } | quiet_pipes
}

# The recorder does not end with the reader of the command's output.
record_goes_on() {
	machine
	# shellcheck disable=SC2016 # the inner shell expands it
	"$EXITSTAT" record -o r.x -i 5ms -- \
		sh -c 'i=0; while [ $i -lt 3000 ]; do echo $i 0123456789; i=$((i + 1)); done' \
		2>err | head -1 >first
	[ "$(cat first)" = '0 0123456789' ]
	lacks 'pipe' err
	grep -q 'the command created no VM' err
	"$EXITSTAT" report -j r.x | has '"exits": 0'
}

full_disk() {
	local status=1
	[[ $* != 'check-budget --init '* ]] || status=2	# 1 is for exceeded budgets
	fails "$status" 'standard output: ' to_full "$@"
	[ "$(wc -l <err)" = 1 ]
}

to_full() {
	exitstat "$@" >/dev/full
}

helps_report_full_disks() {
	local name
	full_disk --help
	full_disk --version
	for name in $(commands); do
		full_disk "$name" --help
	done
}

# Also for a command that fails for another reason, and for output that record passes
# on.
failures_report_full_disks() {
	echo 'exits 1' >less.budget
	full_disk check-budget --budget less.budget all.x
	full_disk top -b 1 1
	grep -q 'No space left on device' err
	machine
	full_disk record -q -o full.x -- echo hello
	grep -q 'No space left on device' err
	"$EXITSTAT" report -j full.x | has '"exits": 0'
}

# only_ascii FILE
only_ascii() {
	if LC_ALL=C grep -aP '[^\x20-\x7e\t]' "$1"; then
		return 1
	fi
}

is_ascii() {
	case $* in
	export* | *--init*) return 0 ;;	# for programs: unchanged
	esac
	LC_ALL=C "$EXITSTAT" "$@" >out 2>err
	[ -s out ]
	only_ascii out
	only_ascii err
}

helps_are_ascii() {
	local name
	for name in $(commands); do
		is_ascii "$name" --help
	done
}

# In a UTF-8 locale the output is not ASCII, so the tests above are effective.
utf8_is_used() {
	local out
	"$BUILD/mkrec" plain.x all
	out=$(LC_ALL=C.UTF-8 "$EXITSTAT" plot all.x)
	[[ $out = *█* ]]
	LC_ALL=C.UTF-8 "$EXITSTAT" plot --ascii plain.x >out
	only_ascii out
}

# Control characters in a recording are not printed.
no_escapes_from_files() {
	"$BUILD/mkrec" evil.x groups
	sqlite3 evil.x "UPDATE vm SET name = 'a' || char(27) || '[2Jb' || char(155) || 'c'"
	"$EXITSTAT" report evil.x >out
	grep -q 'a?\[2Jb??c' out
	{
		"$EXITSTAT" diff groups.x evil.x
		"$EXITSTAT" export evil.x
		LC_ALL=C.UTF-8 "$EXITSTAT" plot evil.x
	} >>out
	if grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' out; then
		return 1
	fi
}

no_escape() {
	if grep -a $'\e' "$1"; then
		return 1
	fi
}

no_colour() {
	"$EXITSTAT" "$@" >out
	no_escape out
	NO_COLOR=1 on_terminal terminal "$EXITSTAT" "$@"
	[ -s terminal ]
	no_escape terminal
}

colour_is_used() {
	on_terminal terminal "$EXITSTAT" plot all.x
	grep -a $'\e' terminal >out
	NO_COLOR='' on_terminal terminal "$EXITSTAT" plot all.x
	grep -a $'\e' terminal >out
}

prepare
check 'every command is in the lists of this test' no_command_is_forgotten
check 'every report with --json is valid JSON' each is_json <json
check 'list --json has the VMs' json_of_list
check 'check --json has the results' json_of_check
check 'a closed pipe is not an error for reports' quiet_pipes <reports
check 'a closed pipe is not an error for help' helps_are_quiet
check 'record continues after a closed pipe' record_goes_on
prepare
check 'a full disk is reported in one line' each full_disk <reports
check 'a full disk is reported for help' helps_report_full_disks
check 'a full disk is reported with other errors, and for output of a command' failures_report_full_disks
prepare
check 'reports are ASCII in the locale C' each is_ascii <reports
check 'help is ASCII in the locale C' helps_are_ascii
check 'charts have block characters in UTF-8, except with --ascii' utf8_is_used
check 'control characters in a recording are replaced' no_escapes_from_files
check 'no colours without a terminal, or with NO_COLOR' each no_colour <reports
check 'plot uses colours on a terminal' colour_is_used
done_testing
