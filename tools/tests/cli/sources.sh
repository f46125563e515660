#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The choice of the source, and the reasons against better ones, on simulated machines:
# an engine in KVM or in a module, lockdown, no debugfs, no BPF; and several recorders
# that need the same groups.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# A machine with the engine in kvm-exit-stats.ko.
module_machine() {
	machine
	echo module >"$SYSFS/source"
	echo "fields 9" | snapshot
}

locked_down() {
	mkdir -p "$ROOT/sys/kernel/security"
	echo "none [$1] confidentiality" >"$ROOT/sys/kernel/security/lockdown"
}

# refuses TEXT...: "auto" finds no source, and prints a line for each
refuses() {
	local text status=0
	exitstat list >out 2>err || status=$?
	cat err
	[ "$status" = 1 ]
	[ ! -s out ]
	for text; do
		grep -qF -- "$text" err
	done
}

lists_patched() {
	machine
	exitstat list >out
	grep -q '^source: patched (.*/snapshot is readable)$' out
	[ "$(grep -c '^  not ' out)" = 0 ]
	echo patched >"$SYSFS/source"
	exitstat list | has '^source: patched ('
	fails 1 'KVM is patched, which provides more (--source patched)' \
		exitstat list --source module
}

lists_module() {
	module_machine
	exitstat list >out
	grep -q '^source: module (.*/snapshot is readable)$' out
	grep -q '^  not patched: this kernel.s KVM is not patched; kvm-exit-stats.ko' out
	exitstat list --source module >out
	[ "$(grep -c '^  not ' out)" = 0 ]
	fails 1 'not patched; kvm-exit-stats.ko is loaded' exitstat list --source patched
}

nothing_loaded() {
	stock_machine
	refuses 'no source of exit counts is usable here' \
		'  patched: this kernel'"'"'s KVM has no exit statistics' \
		'  module: kvm-exit-stats.ko is not loaded (modprobe kvm-exit-stats, or make load'
	mkdir -p "$ROOT/sys/module/kvm_exit_stats"
	echo live >"$ROOT/sys/module/kvm_exit_stats/initstate"
	fails 1 'is loaded but rejected the KVM module loaded after it' \
		exitstat list --source module
}

lockdown() {
	stock_machine
	locked_down integrity
	fails 1 'kernel lockdown (integrity) refuses unsigned modules: sign it (docs/sources.md) or use --source bpf' \
		exitstat list --source module
	echo '[none] integrity confidentiality' \
		>"$ROOT/sys/kernel/security/lockdown"
	fails 1 'is not loaded (modprobe kvm-exit-stats' "$EXITSTAT" list --source module
	mkdir -p "$ROOT/sys/module/module/parameters"
	echo Y >"$ROOT/sys/module/module/parameters/sig_enforce"
	fails 1 'accepts only signed modules (module.sig_enforce)' \
		exitstat list --source module
}

without_debugfs() {
	module_machine
	rm -r "$DEBUGFS"
	printf 'nodev\tsysfs\nnodev\tdebugfs\n' >"$ROOT/proc/filesystems"
	fails 1 'snapshot: No such file or directory (mount -t debugfs' \
		exitstat list --source module
	printf 'nodev\tsysfs\n' >"$ROOT/proc/filesystems"
	fails 1 'or was booted with debugfs=off: use --source bpf' \
		exitstat list --source module
}

# The names in the help are in the man page and in docs/sources.md.
documented() {
	local name docs=$TOP/docs
	sources >each
	[ "$(wc -l <each)" -ge 4 ]
	while read -r name; do
		grep -qx "\.It Cm $name" "$docs/man/exitstat.1"
		grep -q "\`$name\`" "$docs/sources.md" ||
			grep -q "source $name" "$docs/sources.md"
	done <each
}

# module_counts FIELDS LINE...: make a recording from the module with these fields
module_counts() {
	local fields=$1
	shift
	module_machine
	{
		printf 'source 2\nisa svm\nfields %s\nknown 9\n' "$fields"
		printf '%s\n' "$@"
	} | snapshot
	echo "fields $fields" >later
	sed "s/^known/lost 7\n&/" <<-END >>later
		source 2
		isa svm
		known 9
		$(printf '%s\n' "$@")
		vm 1 700 now 0 qemu
		vcpu 0 0
		exit 0x7b 60 20 0 0 50
		exit 0x80 40
		part userspace
		user 2 49
	END
	rm -f m.x
	exitstat record -q --all -i 10ms -o m.x -- sh -c \
		"'$BUILD/mksnap' '$DEBUGFS/snapshot' <later; sleep 0.1"
}

# Data that the module cannot count is unavailable, never 0.
unavailable() {
	module_counts 9
	exitstat report m.x >words
	tr -s ' \n' ' ' <words |
		has 'lacks unavailable from source module: exits reflected to L1, fastpath, accounting check, exits received by L1, time, histogram '
	grep -q 'groups  count; off: detail (exitstat record --groups)' words
	grep -q '^WARNING: 7 exits lost' words
	grep -q '^  IOIO  *80  *-  *30  *50  *-$' words
	grep -q '^  all  *120  *-  *70  *50  *-$' words
	grep -q 'IO 49' words
	exitstat report -j m.x >j
	grep -q '"lost": 7' j
	tr -d ' \n' <j | has '"unavailable":\["reflected","fastpath","accounting","nested","time","histogram"\]'
	tr -d ' \n' <j | has '"reflected":null,"fastpath":null,"userspace":50'
	tr -d ' \n' <j | has '"accounting":null'
	exitstat export m.x | has ',IOIO,io,60,20,,,50$'
	fails 1 'no entries: not provided by its source' \
		exitstat export --table entries m.x
	exitstat plot --term --ascii m.x | has IOIO
	narrow cat words
}

nested_unavailable() {
	module_counts 9
	exitstat report --nested m.x >words
	grep -q '^  IOIO  *60  *20  *-  *-  *-$' words
	tr -s ' \n' ' ' <words | has '20 exits of L2, an unavailable number of them reflected'
	tr -s ' \n' ' ' <words | has 'caused 40 exits .* 3.00 exits here per exit of L2. ('
	grep -q 'The source module does not count the exits that L1 received\.$' words
	exitstat report -j m.x | tr -d ' \n' |
		has '"reflected":null,"received":null,"l1_virtualization":40,"exits_per_l2":3.0,"exits_per_reflected":null'
	module_counts 0
	fails 1 'does not distinguish L1 and L2' "$EXITSTAT" report --nested m.x
	exitstat export m.x | has ',IOIO,io,60,,,,$'
}

check_without() {
	local status=0
	module_counts 9
	exitstat check >out || status=$?
	[ "$status" = 77 ]
	grep -q '  unavailable: source module does not count attempts' out
	grep -q '^WARNING: 7 exits lost' out
	exitstat list | has '^WARNING: 7 exits lost'
}

# Codes of PVM (source bpf) and of kvm-stats.
codes_without_names() {
	module_counts 0 'isa pvm'
	exitstat report m.x >words
	grep -q '^  code 0x7b  *60 ' words
	grep -q 'isa pvm$' words
	exitstat export m.x | has ',pvm,123,code 0x7b,other,60,,,,$'
	exitstat plot --term --ascii m.x | has 'code 0x7b'
	traced 123 0 80 128 0 40
	exitstat check | has 'right: difference 0 in 120 exits, 2 pairs'
	traced 123 0 81 128 0 40
	{ exitstat check || true; } >out
	grep -q '  code 0x7b  *vcpu 0  *80  *81  *-1$' out
	module_counts 0 'isa kvm' 'source 4'
	traced 123 0 60
	{ exitstat check || true; } | has 'source kvm-stats has no exit reasons'
}

# recorder NAME [GROUPS]: record in the background until NAME.end exists; return after
# its first sample
recorder() {
	rm -f "$1.end"
	# shellcheck disable=SC2016 # the inner shell expands it
	"$EXITSTAT" record -o "$1" -i 10ms --groups "${2:-count}" -- \
		sh -c 'until [ -e "$1" ]; do sleep 0.02; done' - "$1.end" 2>"$1.err" &
	eventually sampled "$1" 1
}

# ended NAME PID: end a recorder
ended() {
	touch "$1.end"
	wait "$2"
}

# The first recorder to end leaves its groups on for the other one.
two_recorders() {
	local first second
	machine_with
	recorder a.x time
	first=$!
	recorder b.x
	second=$!
	ended a.x "$first"
	is_on count time
	grep -q 'left on for another exitstat.*: count,time$' a.x.err
	ended b.x "$second"
	is_on
	[ "$(grep -c 'left on' b.x.err)" = 0 ]
}

# Groups that were on before both recorders stay on.
two_recorders_restore() {
	local first
	machine_with count
	recorder c.x time
	first=$!
	recorder d.x time
	ended c.x "$first"
	is_on count time
	ended d.x $!
	is_on count
}

# A group stays on after "enable", even if a recorder had switched it on before.
enabled_while_recording() {
	machine_with
	recorder e.x time
	exitstat enable count
	ended e.x $!
	is_on count
}

# The next recorder switches off the groups of a killed one.
killed_recorder() {
	machine_with
	recorder f.x time
	kill -9 $!
	ended f.x $! || true
	is_on count time
	exitstat record -q -o g.x -- true
	is_on
}

no_place_for_locks() {
	machine_with
	rm -rf "$ROOT/run"
	: >"$ROOT/run"
	exitstat record -o h.x -- true 2>err
	grep -q 'run/exitstat: Not a directory (another exitstat that ends first' err
	is_on
}

check 'a patched kernel: source patched is chosen' lists_patched
check 'the module: source module is chosen, with the reason against patched' lists_module
check 'no source: the reason for each is one line' nothing_loaded
check 'lockdown and enforced signatures are reported' lockdown
check 'debugfs that is missing or not mounted is reported' without_debugfs
machine
check 'an unknown source is refused' \
	fails 2 'tea: no such source (one of auto, patched, module' exitstat list --source tea
check 'BPF: a build without BPF is reported' \
	fails 1 'this exitstat was built without BPF: WITH_BPF=0' "$BARE" list --source bpf
if exitstat list --source bpf 2>&1 | has 'built without'; then
	skip 'BPF: --root is refused' 'built without BPF'
else
	check 'BPF: --root is refused' \
		fails 1 "BPF counts in the running kernel, not below $ROOT" \
		exitstat list --source bpf
fi
check 'every source is documented' documented
check 'data that a source does not have is unavailable, not 0' unavailable
check 'report --nested: reflected exits are unavailable' nested_unavailable
check 'check reports unavailable comparisons and lost exits' check_without
check 'codes of PVM are numbers' codes_without_names
check 'two recorders: the last one switches groups off' two_recorders
check 'two recorders: groups that were on before stay on' two_recorders_restore
check 'a recorder does not switch off a group that was enabled in the meantime' enabled_while_recording
check 'groups of a killed recorder are switched off' killed_recorder
check 'missing locks are reported, and recording works' no_place_for_locks
done_testing
