#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The source kvm-stats on simulated machines: KVM's files in debugfs, valid and invalid
# QEMU monitors, and the messages if there is neither.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

KVM=$ROOT/sys/kernel/debug/kvm
# For recorded commands.
export -f eventually sampled counted more_samples

# statistics DIR NAME=N...: write KVM's files for a VM, or with "." for all VMs
statistics() {
	local dir=$KVM/$1 pair
	mkdir -p "$dir"
	shift
	for pair; do
		echo "${pair#*=}" >"$dir/${pair%=*}"
	done
}

# qemu PID ARGUMENT...: add a process with a VM to the machine
qemu() {
	process "$1" 1 /usr/bin/qemu-system-x86_64 "${@:2}"
	mkdir -p "$ROOT/proc/$1/fd"
	ln -sfn anon_inode:kvm-vm "$ROOT/proc/$1/fd/9"
	echo qemu-system-x86 >"$ROOT/proc/$1/comm"
}

# monitor MODE: run a fake monitor at $T/q until the test ends
monitor() {
	rm -f "$T/q"
	/usr/bin/python3 "$TESTS/fake/fakeqmp.py" "$T/q" "$1" &
	server=$!
	trap '{ kill $server; wait $server; } 2>/dev/null || true' EXIT
	eventually [ -S "$T/q" ]
}

# monitored MODE: make a machine with one QEMU, with this monitor
monitored() {
	stock_machine
	monitor "$1"
	qemu 700 -name web -qmp "unix:$T/q,server=on,wait=off"
}

# shown TEXT: list prints it
shown() {
	exitstat list --source kvm-stats >out 2>err
	grep -e "$1" out
}

# listed TEXT...: list prints these, after several attempts: it waits only one second
# for a monitor, and the fake one may be slower
listed() {
	local text
	eventually shown "$1" || { cat out err; return 1; }
	for text; do
		grep -e "$text" out
	done
}

# recorded FILE COMMAND...: wait until COMMAND succeeds, then end the recorder
recorded() {
	local file=$1
	shift
	eventually "$@"
	kill -INT "$RECORDER"
	wait "$RECORDER"
	[ -e "$file" ]
}

# record FILE OPTION...: record in the background
record() {
	"$EXITSTAT" record --source kvm-stats -o "$@" 2>err &
	RECORDER=$!
}

sums() {
	exitstat report -j "$1" | python3 -c 'import json, sys
for r in json.load(sys.stdin)["reasons"]:
    assert (r["isa"], r["l2"], r["userspace"]) == ("kvm", None, None), r
    print(r["name"], r["exits"])' | sort
}

from_debugfs() {
	stock_machine
	statistics . exits=100
	statistics 700-12 exits=100 io_exits=23 irq_exits=7 halt_exits=11
	statistics 701-9 exits=5 hypercalls=2
	mkdir -p "$KVM/700-12/vcpu0" "$KVM/12" "$KVM/x-1" "$KVM/0-1"
	qemu 700 -name guest=web
	process 701 1 minivmm
	listed "source: kvm-stats (KVM's totals for each VM in .*/kvm are readable)" \
		'^isa: kvm; on: count$' '  1      700 web  *1  *100  running$' \
		'  2      701 .* 5  running$'
}

# changing FILE COMMANDS: record while they change statistics of VM 700-12
changing() {
	exitstat record -q --all -i 10ms -o "$1" -- bash -c "
		set() { echo \$2 >'$KVM/../new'; mv '$KVM/../new' '$KVM/700-12/'\$1; }
		$2"
}

rows_of_debugfs() {
	stock_machine
	statistics . exits=1
	statistics 700-12 exits=100 io_exits=23
	qemu 700
	changing a.x 'set io_exits 33; set irq_exits 7; set halt_exits 2
		set exits 201; set mmio_exits 50'
	[ "$(sums a.x)" = "$(printf '%s\n' 'halt_exits 2' 'io_exits 10' \
		'irq_exits 7' 'other_exits 82')" ]
	exitstat report a.x >words
	exitstat plot --term --ascii a.x | has io_exits
	exitstat plot -o a.svg a.x || "$EXITSTAT" plot -o a.svg a.x 2>&1 | has cairo
}

# Exits that were counted remain if KVM's files are set to 0.
never_back() {
	stock_machine
	statistics . exits=1
	statistics 700-12 exits=100 io_exits=50
	qemu 700
	changing b.x 'set exits 0; set io_exits 0; more_samples b.x
		set io_exits 60; set exits 130'
	[ "$(sums b.x)" = "$(printf '%s\n' 'io_exits 10' 'other_exits 20')" ]
}

destroyed_vm() {
	stock_machine
	statistics . exits=1
	process 700 1 minivmm
	# shellcheck disable=SC2016 # for the inner shell
	exitstat record -q --all -i 10ms -o c.x -- bash -c '
		mkdir "$1/700-12"; echo 7 >"$1/700-12/exits"; eventually counted c.x 7
		echo 30 >"$1/700-12/exits"; eventually counted c.x 30
		rm -r "$1/700-12"' - "$KVM"
	[ "$(sums c.x)" = 'other_exits 30' ]
	python3 -c 'import sqlite3
print(sqlite3.connect("c.x").execute("SELECT destroyed_ns > created_ns FROM vm").fetchall())' |
		has '^\[(1,)\]$'
}

# More VMs than are kept: their ids differ, and each has its own counts, once.
many_destroyed_vms() {
	stock_machine
	statistics . exits=1
	# shellcheck disable=SC2016 # for the inner shell
	exitstat record -q --all -i 2ms -o d.x -- bash -c '
		for ((i = 1; i <= 70; i++)); do
			mkdir "$1/700-$i"; echo "$i" >"$1/700-$i/exits"
			eventually counted d.x $((i * (i + 1) / 2))
			rm -r "$1/700-$i"
		done' - "$KVM"
	python3 <<-END
		import sqlite3
		db = sqlite3.connect("d.x")
		ids = [n for n, in db.execute("SELECT vm_id FROM vm")]
		sums = [n for n, in db.execute("SELECT sum(l1) FROM totals GROUP BY vm")]
		print(len(ids), sums)
		assert len(set(ids)) == len(ids) == 70, ids
		assert sorted(sums) == list(range(1, 71)), sums
	END
}

from_qmp() {
	monitored good
	listed 'source: kvm-stats (QMP of 1 QEMU answers)$' \
		'  1      700 web  *2  .* running$'
	record e.x -i 10ms
	recorded e.x counted e.x '[1-9][0-9]*'
	# one count of the fake monitor grows by 1000 with each answer
	sums e.x >rows
	grep -q '^io_exits [0-9]*000$' rows
	[ "$(wc -l <rows)" = 1 ]
	exitstat report e.x | has 'web  *1  *[0-9,]*000  *50.00'
}

lists_by_auto() {
	exitstat list >out && grep '^source: kvm-stats (QMP' out
}

records_by_auto() {
	exitstat record -i 10ms -d 50ms --force -o f.x 2>err &&
		exitstat report -j f.x |
		grep '"source_why": "QMP of 1 QEMU answers; not patched: '
}

# auto chooses it last, with the reasons against the others, also in the recording.
picked_by_auto() {
	stock_machine
	monitor pretty
	qemu 700 --qmp-pretty "unix:$T/q,server,nowait"
	eventually lists_by_auto
	grep -q '^  not patched: this kernel' out
	grep -q '^  not module: kvm-exit-stats.ko is not loaded' out
	eventually records_by_auto
	grep -q 'source: kvm-stats (exitstat list shows why no better one is usable)' err
	exitstat report f.x | tr -s ' \n' ' ' |
		has 'source QMP of 1 QEMU answers; not patched: .* not module: kvm-exit-stats.ko is not loaded'
}

# The socket is found in QEMU's command line, or the reason is reported.
sockets() {
	stock_machine
	monitor good
	local q=$T/q args
	cp -r "$ROOT/proc" proc
	ln -s "$q" "$ROOT/sock"
	while read -r args; do
		rm -r "$ROOT/proc"
		cp -r proc "$ROOT/proc"
		# shellcheck disable=SC2086 # a command line
		qemu 700 $args
		listed '^source: kvm-stats (QMP of 1'
	done <<-END
		-mon chardev=m,mode=control -chardev socket,id=m,path=$q,server=on,wait=off
		-chardev socket,id=s,path=/none,server=on -chardev socket,path=$q,server=on,id=m -mon m,mode=control
		-qmp stdio -qmp tcp:localhost:1,server -qmp unix:$q,server,nowait
		-qmp unix:/none -mon chardev=h,mode=readline -qmp unix:$q,server=yes
	END
	qemu 700 -qmp unix:q,server=on
	ln -s "$T" "$ROOT/proc/700/cwd"
	listed '^source: kvm-stats (QMP of 1'
	qemu 700 -chardev socket,id=m,fd=25,server=on -mon chardev=m,mode=control
	listed 'not read: qemu-system-x86 (pid 700): its QMP is used by libvirt'
	for args in -qmp "-qmp unix:$q" '-mon chardev=m,mode=control' \
		"-qmp unix:$(printf '%0200d' 0),server"; do
		# shellcheck disable=SC2086
		qemu 700 $args
		listed 'pid 700): it has no QMP socket (-qmp unix:'
	done
}

# bad_monitor MODE TEXT: the error is one line, and other VMs are shown
bad_monitor() {
	monitored "$1"
	listed "^not read: qemu-system-x86 (pid 700): $2"
	[ "$(grep -c '^not read' out)" = 1 ]
	eventually refused_with "(pid 700): ${3:-$2}"
	statistics . exits=1
	statistics 700-9 exits=7
	listed '700 .* 7  running'
}

refused_with() {
	! "$EXITSTAT" list 2>all || return 1
	[ "$(grep -c 'kvm-stats: ' all)" = 1 ] && grep -F "$1" all
}

only_kvm_stats() {
	local status=0
	exitstat list 2>all || status=$?
	grep 'kvm-stats: ' all >&2
	return "$status"
}

# The monitor does not answer for 300 s, longer than eventually waits.
recorded_without() {
	exitstat record -i 50ms -d 3s --source kvm-stats --force -o h.x 2>err &&
		grep "pid 700): $1" err
}

hanging_monitor() {
	monitored "$1"
	eventually recorded_without "$2"
	exitstat report h.x | has 'No exits were recorded'
}

late_monitor() {
	monitored late
	statistics . exits=1
	statistics 700-9 exits=7
	listed '^source: kvm-stats (QMP of 1' ' 2  .* running$'
}

# Another client uses the monitor: the second one gets no greeting.
taken_monitor() {
	monitored good
	record i.x -i 20ms
	eventually counted i.x '[1-9][0-9]*'
	exitstat record --source kvm-stats -d 2500ms -o j.x 2>err2
	grep -q 'pid 700): no greeting: another client uses this monitor' err2
	recorded i.x counted i.x '[1-9][0-9]*'
	sums i.x | has io_exits
}

monitor_goes_away() {
	monitored good
	record k.x -i 10ms
	eventually counted k.x '[1-9][0-9]*'
	kill "$server"
	recorded k.x more_samples k.x
	grep -q 'pid 700): QEMU closed the connection' err ||
		grep -q 'pid 700): .*: Connection refused' err
	sums k.x | has io_exits
}

nothing_to_read() {
	stock_machine
	fails 1 'kvm/exits: No such file or directory (is kvm loaded, and debugfs' \
		only_kvm_stats
	qemu 700
	fails 1 'not read: qemu-system-x86 (pid 700): it has no QMP socket' \
		only_kvm_stats
	listed '(selected by name; nothing can be read yet'
	# a process that only has QEMU's name
	rm "$ROOT/proc/700/fd/9"
	fails 1 'and no QEMU with QMP is running' only_kvm_stats
	statistics . exits=soon
	fails 1 'kvm/exits: not a number' only_kvm_stats
}

# last_sample FILE: print the time of its last sample; sampled_after FILE TIME: it is
# 300 ms after TIME.
last_sample() {
	sqlite3 "$1.part" 'SELECT max(begin_ns) FROM sample'
}

sampled_after() {
	[ "$(last_sample "$1")" -gt $(($2 + 300000000)) ]
}

# looked FILE: wait until the source has searched for new VMs, every 200 ms
looked() {
	local now
	eventually sampled "$1" 1
	now=$(last_sample "$1")
	eventually sampled_after "$1" "$now"
}
export -f last_sample sampled_after looked

ended_unread() {
	stock_machine
	export ROOT
	# shellcheck disable=SC2016 # for the inner shell
	exitstat record --source kvm-stats -i 20ms -o m.x -- bash -c '
		d=$ROOT/new; mkdir -p "$d/fd"	# moved into place at once
		echo "700 (q) S $$ 1 1 0" >"$d/stat"; echo qemu >"$d/comm"
		printf "qemu\\0-qmp\\0unix:/none,server=on\\0" >"$d/cmdline"
		ln -s anon_inode:kvm-vm "$d/fd/9"; mv "$d" "$ROOT/proc/700"
		looked m.x; rm -r "$ROOT/proc/700"
		more_samples m.x' 2>err
	grep -q 'not read: qemu (pid 700): /none: No such file' err
	[ "$(grep -c 'does it use KVM' err)" = 0 ]
}

# Root can open everything except in lockdown; this file cannot be opened by nobody.
without_rights() {
	stock_machine
	statistics . exits=1
	chmod -R a+rX "$T"
	chmod 0 "$KVM/exits"
	as_nobody "$EXITSTAT" list 2>err || true
	grep -q 'kvm/exits: Permission denied (run as root)' err
}

switching() {
	stock_machine
	statistics . exits=1
	cases <<-'END'
		0	exitstat enable --source kvm-stats count
		1	exitstat disable --source kvm-stats count	KVM always counts these
		1	exitstat record --source kvm-stats --groups time -o l.x -- true	time: not supported by the source kvm-stats
		1	exitstat reset --source kvm-stats		not reset
	END
	[ ! -e l.x ]
}

explains_statistics() {
	[ "$(exitstat explain 4 | grep -cE '^[A-Za-z0-9_]+ \((vmx|svm|kvm) ')" = 2 ]
	cases <<-'END'
		0	exitstat explain halt_exits		^halt_exits (kvm 4)
		0	exitstat explain --isa kvm		other_exits  *other
		0	exitstat explain --isa pvm 7		^code 0x7 (pvm 0x7)$
		1	exitstat explain --isa kvm 99		no such exit reason
		1	exitstat explain --isa pvm cpuid	no such exit reason
	END
}

check 'debugfs: VMs and their sums are listed' from_debugfs
check 'debugfs: statistics are recorded, and the remaining exits as other_exits' rows_of_debugfs
check 'counts never decrease' never_back
check 'a destroyed VM keeps its last counts' destroyed_vm
check 'more destroyed VMs than are kept are recorded' many_destroyed_vms
check 'QMP: counts per vCPU are recorded' from_qmp
check 'auto chooses kvm-stats last' picked_by_auto
check "QMP: the socket is found in QEMU's command line" sockets
while IFS=$'\t' read -r what mode text; do
	check "QMP: an error is reported: $what" bad_monitor "$mode" "$text" </dev/null
done <<-'END'
	a human monitor			garbage		not QMP
	bytes				binary		not QMP
	an endless answer		endless		an answer of more than 4 MiB
	a deeply nested answer		deep		not QMP (maximum parsing depth
	a QEMU without query-stats	old		QEMU reported: The command query-stats has?not been found (query-stats requires
	a QEMU without KVM		tcg		QEMU has no KVM statistics
	a vCPU twice			twice		query-cpus-fast: vCPU 0 twice
	a negative count		negative	query-stats: a statistic without a name or a number
	a count that is text		text		query-stats: a statistic without a name or a number
	an immediate close		closes		QEMU closed the connection
END
check 'QMP: a missing greeting is reported' hanging_monitor hang 'no greeting: another client'
check 'QMP: a missing answer is reported' hanging_monitor mute 'QEMU does not answer'
check 'QMP: a flood of events is reported' hanging_monitor flood 'QEMU does not answer'
check 'QMP: a slow QEMU is read' late_monitor
check 'QMP: a monitor in use is reported' taken_monitor
check 'QMP: a monitor that closes is reported' monitor_goes_away
check 'without statistics, the reason is one line' nothing_to_read
check 'a VM that ended before it was read is reported' ended_unread
check_unprivileged 'kvm-stats requires root' without_rights
check 'switching groups is refused' switching
check "explain has KVM's statistics and codes of PVM" explains_statistics
done_testing
