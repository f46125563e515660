#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The screen of exitstat top in tmux, by its text: 80x24, drilling down, keys, other
# sizes, recording, and the restored terminal after each way to end it.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

command -v tmux >/dev/null || skip_rest 'no tmux (scripts/build/deps test)'
# A leak in ncurses for an unknown terminal.
echo 'leak:new_prescr' >>"$T/lsan"
# A separate tmux, not the user's.
unset TMUX
export TMUX_TMPDIR=$T
tm() {
	tmux -L exitstat-test -f /dev/null "$@"
}
# One session keeps the server running; the other one is each test's terminal.
tm new-session -d -s keep cat
trap 'tm kill-server 2>/dev/null || true; rm -rf "$T"' EXIT

# sample N: write the machine's state after N seconds
sample() {
	snapshot <<-END
		stamp ${1}000000000
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 0
		exit 0x7b $(($1 * 101))
		exit 0x72 $(($1 * 23))
		vcpu 1 0
		exit 0x78 $(($1 * 11))
		vm 2 710 2000 0 minivmm
		vcpu 0 0
		exit 0x400 $(($1 * 7))
	END
}

# begin [VARIABLE=VALUE...] -- [ARG...]: start top in a shell of 80x24
begin() {
	local env=()
	while [ "$1" != -- ]; do env+=("$1"); shift; done
	shift
	machine
	process 700 1 qemu-system-x86_64 -name guest=web -uuid 1b4e-2fa1
	sample 5
	rm -f "$T/before" "$T/after"
	tm kill-session -t top 2>/dev/null || true
	tm new-session -d -s top -x 80 -y 24 "cd '$T'; exec env LC_ALL=C.UTF-8 PS1='ready> ' EXITSTAT_ROOT='$ROOT' bash --norc --noprofile"
	shows 'ready>'
	type 'clear; stty -g >before' Enter
	type "env ${env[*]} '$EXITSTAT' top $*; echo status \$?; stty -g >after" Enter
}

type() {
	tm send-keys -t top "$@"
}

# keys: each line of stdin has the keys to type, with tmux's names, or - for none, and
# after a tab the text that the screen must show
keys() {
	local keys text
	while IFS=$'\t' read -r keys text; do
		read -ra keys <<<"$keys"
		[ "${keys[*]}" = - ] || type "${keys[@]}" </dev/null
		shows "$text" </dev/null
	done
}

screen() {
	tm capture-pane -t top -p
}

on_screen() {
	screen | grep -E -- "$1"
}

# shows TEXT: wait until the screen shows it; otherwise print the screen
shows() {
	eventually on_screen "$1" || {
		screen
		return 1
	}
}

# restored STATUS [plain]: top has ended, and the terminal is restored; a plain one has
# no second screen
restored() {
	shows "^status $1\$"
	shows 'ready>$'
	eventually [ -s "$T/after" ]
	cmp "$T/before" "$T/after"
	# the previous screen is shown, with a visible cursor
	[ "${2-}" = plain ] || screen | grep -q 'exitstat. top'
	[ "$(tm display -t top -p '#{cursor_flag}#{alternate_on}')" = 10 ]
	[ "$(cat "$SYSFS/count")" = 0 ]
}

vms_80x24() {
	begin -- 100ms
	shows '^exitstat top: source patched, svm, every 100 ms$'
	sample 6
	shows '^2 VMs, 142 exits/s, 852 exits; groups: count$'
	screen | grep -qE '^NAME +PID +VCPUS +EXITS/Sv +DELTA +TOTAL +COST% +TREND$'
	screen | grep -qE '^web +700 +2 +135 +135 +810 +- +█$'
	screen | grep -qE '^minivmm +710 +1 +7\.0 +7 +42 +- +█$'
	screen | grep -q 'q quit$'
}

pausing() {
	type p
	shows PAUSED
	sample 7
	sleep 0.4
	screen | grep -q '852 exits'
	type Space
	shows '994 exits'
	screen | grep -vq PAUSED
}

filtering() {
	keys <<-'END'
		/ m i n i	^filter: mini_
		Enter		VMs   filter: mini
	END
	[ "$(screen | grep -c '^web ')" = 0 ]
	type Escape
	shows '^web '
}

another_size() {
	tm resize-window -t top -x 130 -y 40
	shows 'BLOCKED%'
	[ "$(screen | sed -n '40s/.*q quit$/bottom/p')" = bottom ]
	tm resize-window -t top -x 60 -y 12
	shows 'EXITS/Sv'
	screen | grep -qE '^web '
	tm resize-window -t top -x 30 -y 5
	shows 'needs 40x8'
	tm resize-window -t top -x 80 -y 24
	shows '^2 VMs, '
	screen | grep -q 'q quit$'
}

quitting() {
	type q
	restored 0
}

by_signal() {
	local sig=$1
	begin -- 100ms
	shows '^2 VMs, '
	if [ "$sig" = INT ]; then
		type C-c
	else
		kill "-$sig" "$(tm list-panes -t top -F '#{pane_pid}' | xargs pgrep -P)"
	fi
	restored 0
}

by_count() {
	begin -- 50ms 3
	shows '^2 VMs, '
	sample 6
	shows ' 142 exits/s'
	sample 7
	restored 0
}

# A failed read is reported until a read succeeds.
by_source() {
	begin -- 100ms
	shows '^2 VMs, '
	mv "$SNAPSHOT" "$T/kept"
	shows 'snapshot: No such file'
	mv "$T/kept" "$SNAPSHOT"
	sample 8
	shows 'q quit$'
	type q
	restored 0
}

unknown_terminal() {
	begin TERM=no-such-terminal -- 100ms
	restored 1
	screen | grep -q 'TERM=no-such-terminal: unknown terminal'
}

recording() {
	begin -- -o rec.x 100ms
	shows '^2 VMs, '
	type w
	shows 'RECORDING rec.x'
	type +
	shows 'the interval cannot change while recording'
	sample 6
	shows '142 exits/s'
	eventually counted rec.x 142
	type w
	shows '^recorded: rec.x'
	type w
	shows 'rec.x: File exists'
	type q
	restored 0
	"$EXITSTAT" report -j rec.x >j
	grep -q '"exits": 142,' j
	"$EXITSTAT" report rec.x | has minivmm
	[ ! -e rec.x.part ]
}

# Record the VM that is shown; the recording is completed when top ends.
recording_one() {
	begin -- -o one.x --vm web 100ms
	shows '^VMs > web'
	type w
	shows 'RECORDING one.x'
	sample 6
	shows '135 exits/s'
	eventually counted one.x 135
	kill -TERM "$(tm list-panes -t top -F '#{pane_pid}' | xargs pgrep -P)"
	restored 0
	screen | grep -q 'recorded: one.x'
	"$EXITSTAT" report -j one.x >j
	grep -q '"exits": 135,' j
	"$EXITSTAT" report one.x | has 'guest   web'
}

cannot_record() {
	begin -- -o nowhere/rec.x 100ms
	shows '^2 VMs, '
	type w
	shows 'nowhere/rec.x'
	screen | grep -q 'No such file'
	type q
	restored 0
}

plain_terminals() {
	begin TERM=vt100 LC_ALL=C -- 100ms
	shows '^2 VMs, '
	sample 6
	shows '^web +700 +2 +135 +135 +810 +- +#$'
	type q
	restored 0 plain
	begin NO_COLOR=1 -- 100ms
	shows '^2 VMs, '
	[ "$(tm capture-pane -t top -pe | grep -cE $'\033\\[[0-9;]*3[0-7]m')" = 0 ]
	type q
	restored 0
}

check 'VMs are shown with rates and trends on 80x24' vms_80x24
check 'keys open rows down to the details of a reason, and go back' keys <<-'END'
	Down Enter	^VMs > web   pid 700, uuid 1b4e-2fa1$
	-		^vCPU 1 +11 +11 +66
	Down Right	^VMs > web > vCPU 0$
	-		^IOIO +101 +101 +606 +81.5
	Enter		^VMs > web > vCPU 0 > IOIO$
	-		^io: .
	-		group detail is off \(exitstat enable detail
	Escape		^VMs > web > vCPU 0$
	Left		^VMs > web   pid
	BSpace		^VMs$
END
check 'a key pauses the screen' pausing
check 'a filter selects rows' filtering
check 'a key shows the help' keys <<-'END'
	?		^Keys:$
	PageDown	^Columns
	q		^exitstat top:
END
check 'the screen adapts to another size' another_size
check 'keys change the interval' keys <<-'END'
	+			every 200 ms
	s 1 0 0 0 h Enter	interval: not in 10ms to 60m
	s 5 0 m s Enter		every 50 ms
END
check 'q restores the terminal' quitting
check '^C restores the terminal' by_signal INT
check 'SIGTERM restores the terminal' by_signal TERM
check 'SIGHUP restores the terminal' by_signal HUP
check 'SIGQUIT restores the terminal' by_signal QUIT
check 'the last sample restores the terminal' by_count
check 'a failing source is reported and retried' by_source
check 'an unknown terminal is refused' unknown_terminal
check 'key w records' recording
check 'key w records one VM; a signal ends the recording' recording_one
check 'a recording that cannot start is reported' cannot_record
check 'ASCII, monochrome terminals and NO_COLOR are supported' plain_terminals
done_testing
