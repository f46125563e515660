#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/guestbench without a guest: matrices and tables, good and bad; plans,
# made and continued; what a run comes to with a QEMU that is played.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# bad_matrix TEXT LINE...: the matrix of these lines is refused with this text
bad_matrix() {
	local text=$1
	shift
	printf '%s\n' "$@" >bad.conf
	fails 1 "$text" plan bad.conf bad.d 1
	[ ! -e bad.d ]
}

bad_matrices() {
	bad_matrix 'bad.conf:1: vcpus = 3: unknown (one of: 1 2 4 8)' 'vcpus = 1 3'
	bad_matrix 'bad.conf:2: bsu: neither an axis nor a setting' '' 'bsu = ide'
	bad_matrix 'bad.conf:1: expected NAME = VALUE' 'bus'
	bad_matrix 'bad.conf:1: disk: no value' 'disk ='
	bad_matrix 'the same value twice' 'bus = ide ide'
	bad_matrix 'bad.conf:2: bus: given twice' 'bus = ide' 'bus = virtio'
	bad_matrix 'repeats = 0: not a number from 1 to 100' 'repeats = 0'
	bad_matrix 'repeats = 2x: not a number' 'repeats = 2x'
	bad_matrix 'vary = some: unknown (one of: one all)' 'vary = some'
	bad_matrix 'needs volume = ' 'disk = raw lvm'
	bad_matrix 'a matrix has no sections' '[bus]'
	bad_matrix 'benchmarks = lmbench: unknown (one of: cpu ' \
		'benchmarks = lmbench'
	bad_matrix 'cannot be: microvm has no IDE' 'machine = microvm pc' \
		'bus = ide'
	bad_matrix 'cannot be: libvirt knows no microvm' 'machine = microvm' \
		'manager = libvirt'
	bad_matrix 'manager = xen: unknown' 'manager = xen'
	bad_matrix 'more than 9999' 'vary = all' 'vcpus = 1 2 4 8' 'repeats = 100' \
		'size = full' 'disk = raw qcow2' 'bus = virtio ide' \
		'cpu = host default' 'machine = pc q35'
	fails 1 'absent.conf: No such file or directory' plan absent.conf bad.d 1
	fails 1 'seed = one: not a number' plan m.conf bad.d one
	printf '\377\n' >bad.conf
	fails 1 'bad.conf: not a text' plan bad.conf bad.d 1
}

# bad_table TEXT SED-SCRIPT
bad_table() {
	sed "$2" table.conf >bad.table
	cmp -s table.conf bad.table && return 1
	fails 1 "$1" plan m.conf bad.d 1 bad.table
	[ ! -e bad.d ]
}

bad_tables() {
	bad_table 'bad.table: [wait]: no unit' '/^unit = s/d'
	bad_table 'bad.table:1: toll: not a key' '1s/.*/toll = 1/'
	bad_table 'better = more: unknown' 's/= lower/= more/'
	bad_table '[disk]: command: {size} has no value' 's/disk {mib}/disk {size}/'
	bad_table '[wait]: name: {vcpus} has no value' 's/name = wait/&-{vcpus}/'
	bad_table 'marks = none: unknown' 's/= own/= none/'
	bad_table 'scale = 0: not a number' 's/^unit = s/&\nscale = 0/'
	bad_table 'score: needs one group' 's/rate (\\S+)/rate/'
	bad_table 'operations: neither a product nor' 's/of (\\d+)/of/'
	bad_table 'longer than 24 characters' 's/name = wait/&-for-something-long-ago/'
	bad_table '[disk]: given twice' 's/\[wait\]/[disk]/'
	bad_table '[wait]: needs = bsu: unknown' 's/^unit = s/needs = bsu=ide\n&/'
	bad_table '[wait]: needs: bus = x: unknown' 's/^unit = s/needs = bus=x\n&/'
	bad_table 'memory: not a product of numbers' 's/^unit = s/&\nmemory = {n}x/'
}

# What needs more than three quarters of the guest is left out, and it is said.
too_large() {
	sed 's/^marks/memory = {n} * 96m\n&/; s/^before/disk = {mib}m\n&/' \
		table.conf >needs.table
	printf '%s\n' 'size = full' 'repeats = 1' 'benchmarks = cpu file' \
		'memory = 128' 'disk-size = 21' >l.conf
	rm -rf l
	plan l.conf l 1 needs.table 2>err
	[ "$(cut -f1 l/runs/0001/tasks)" = "disk-1m
wait" ]
	has 'left out: disk-16m: needs 16 MiB, more than three quarters of the' <err
	[ "$(grep -c 'left out' err)" = 2 ]
	sed -i 's/size = 21/size = 22/; s/96m/98m/' l.conf needs.table
	rm -rf l
	plan l.conf l 1 needs.table 2>err
	[ "$(cut -f1 l/runs/0001/tasks)" = "disk-1m
disk-16m" ]
	has "left out: wait: needs 98 MiB, more .* of the guest's memory" <err
}

# planned_order SEED: the guests in their order, repeat by repeat
planned_order() {
	rm -rf p
	plan m.conf p "$1" table.conf
	cat p/runs/*/label
}

# Whatever the seed, each repeat has every guest once.
order_is_random() {
	local seed
	for seed in 1 2; do
		planned_order $seed >order.$seed
		planned_order $seed | cmp - order.$seed
		sed 's/.*, repeat //' order.$seed | uniq | diff - <(seq 3)
		[ "$(sort -u order.$seed | wc -l)" = 9 ]
	done
	! cmp -s order.1 order.2
}

# Names of windows are read by a tool that stops at what it does not accept.
phases_are_accepted() {
	local file
	machine
	for file in "$1"/runs/*/phases.conf; do
		"$EXITSTAT" record -q --force --phases "$file" -o accepted.x -- true
	done
}

run_is_planned() {
	new_plan
	printf '%s\n' 'disk-1m	dd	around	echo 1	disk 1 '"'{a}'" 'wait	sleep	own	:	wait' |
		diff - p/runs/0001/tasks
	printf '%s\n' boot: 'disk-1m: guestbench: begin disk-1m;' \
		'after disk-1m: guestbench: end disk-1m;' \
		'wait: guestbench: begin wait;' \
		'after wait: guestbench: end wait;' |
		diff - p/runs/0001/phases.conf
	grep -l bus=ide p/runs/*/label | while read -r label; do
		grep -x 'ide-hd,drive=data' "${label%label}args"
	done
	[ "$(grep -l bus=ide p/runs/*/label | wc -l)" = 3 ]
	phases_are_accepted p
}

# More benchmarks than exitstat has phases for: several boots, the fullest of
# which takes them all but one, as each benchmark takes two.
shipped_matrices() {
	local size most
	most=$(sed -n 's/^PHASES_MAX = //p' "$GB/plan.py")
	sed 's/.*/p&: x&/' <(seq "$most") >most.conf
	"$EXITSTAT" record -q --phases most.conf -o most.x -- true
	echo 'more: y' >>most.conf
	fails 1 "more than $most phases" \
		"$EXITSTAT" record -q --phases most.conf -o more.x -- true
	has "up to $most of them" <"$GB/../../docs/man/exitstat-recording.5"
	printf '%s\n' 'size = full' 'benchmarks = file' 'repeats = 1' >file.conf
	rm -rf s
	plan file.conf s 1
	[ "$(cat s/runs/*/tasks | wc -l)" -gt $((most / 2)) ]
	[ "$(wc -l <s/runs/0001/phases.conf)" -gt $((most / 2)) ]
	[ "$(wc -l <s/runs/0001/phases.conf)" -lt "$most" ]
	phases_are_accepted s
	for size in quick nested full; do
		rm -rf s
		plan "$GB/matrix/$size.conf" s 1
		rm -rf s/runs/0[1-9]* s/runs/00[3-9]*
		phases_are_accepted s
	done
	cat s/runs/*/tasks | has '^file-'
}

# One that takes too long is stopped, and said to be; the tasks are a shell's.
benchmark_stops() {
	local status=0
	(cat m.conf; echo 'each = 1') >each.conf
	sed 's/^command = wait/command = echo here; sleep 7 | cat; echo "{vcpus}"/' \
		table.conf >slow.table
	rm -rf e
	plan each.conf e 1 slow.table
	cut -f5 e/runs/0001/tasks | sed -n 2p >slow
	bash -o pipefail slow >said || status=$?
	[ "$status" = 124 ]
	[ "$(<said)" = here ]
	printf 'guestbench: %s;\n' 'begin wait' 'end wait' 'status wait 124 1' \
		>e/runs/0001/guest.log
	echo 'done' >e/runs/0001/state
	fails 1 'of 9 runs: 8 without a result' package analyse e "$EXITSTAT"
	has 'did not end in its time' <e/report.txt
}

combinations() {
	printf '%s\n' 'bus = virtio ide' 'machine = pc microvm' 'cpu = default host' \
		'accel = kvm tcg' 'vary = all' 'repeats = 1' \
		'benchmarks = cpu' >all.conf
	rm -rf c
	plan all.conf c 1 table.conf 2>err
	[ "$(cat c/runs/*/label | wc -l)" = 9 ]
	[ "$(grep -c 'left out: .*: microvm has no IDE' err)" = 4 ]
	[ "$(grep -c 'left out: .*: -cpu host needs KVM' err)" = 3 ]
}

# A benchmark is left out, by name, of guests that lack what it needs.
needs() {
	sed 's/^unit = s/needs = accel=kvm bus=ide\n&/' table.conf >needs.conf
	rm -rf n
	plan m.conf n 7 needs.conf 2>err
	has 'left out: wait in baseline: it needs bus=ide' <err
	has 'left out: wait in accel=tcg: it needs accel=kvm' <err
	lacks 'wait in bus=ide' err
	has '9 runs' <err
	grep -l ^wait n/runs/*/tasks | while read -r tasks; do
		grep bus=ide "${tasks%tasks}label"
	done >labels
	[ "$(wc -l <labels)" = 3 ]
	printf '%s\n' 'benchmarks = cpu' >lone.conf
	fails 1 'benchmarks = cpu: none can run in any of these guests' \
		plan lone.conf lone.d 7 needs.conf
	[ ! -e lone.d ]
	# not planned for the baseline: a row of its own, without a ratio
	package analyse n "$EXITSTAT" >out || :
	has '^wait: s, lower is better' <out
}

continues() {
	new_plan
	echo 'done' >p/runs/0001/state
	cp -r p before
	plan m.conf p - table.conf 2>err
	has '9 runs, seed 7, continued' <err
	diff -r before p
	fails 1 'planned with the seed 7' plan m.conf p 8 table.conf
	sed 's/repeats = 3/repeats = 2/' m.conf >other.conf
	fails 1 'planned from another matrix' plan other.conf p - table.conf
	diff -r before p
	mkdir mine
	touch mine/file
	fails 1 'mine: not empty' plan m.conf mine - table.conf
	echo '{' >p/plan.json
	fails 1 'p/plan.json: not a plan' plan m.conf p - table.conf
}

# A QEMU whose guest says what a real one does.
make_qemu() {
	cat >qemu <<-'END'
		#!/bin/sh
		printf '%s\n' "$@" >"$ARGS"
		case $PLAY in
		complete) echo 'guestbench: complete;' ;;
		hang) echo 'guestbench: begin wait;'; exec sleep 300 ;;
		dies) echo 'guestbench: begin wait;'; exit 3 ;;
		broken) echo 'guestbench: failed: module ahci;' ;;
		refuses) echo 'qemu: no KVM here' >&2; exit 1 ;;
		esac
	END
	chmod +x qemu
}

# played PLAY STATE [LIMIT]: what a run comes to
played() {
	machine
	new_plan
	echo "${3-120}" >p/runs/0001/limit
	rm -f p/runs/0001/run.exitstat
	: >initrd
	env PLAY="$1" ARGS="$T/args" QEMU="$T/qemu" KERNEL=/k INITRD="$T/initrd" \
		ROOT=/r QCOW2=/q GUEST_APPEND=one=1 CPU_FLAGS=,x=off \
		"$GB/host/run-one" p/runs/0001 >&2 || [ "${2%%:*}" = failed ]
	grep -x "$2" p/runs/0001/state
}

hangs() {
	played hang "partial: the guest did not end within $1 s" "$1"
}

runs_end() {
	make_qemu
	played complete 'done'
	grep -x /k args
	grep -x 'console=hvc0 quiet panic=-1 one=1' args
	grep '^id=root,file=/r,' args
	lacks '@' args
	[ -f p/runs/0001/run.exitstat ]
	limited hangs
	[ -f p/runs/0001/run.exitstat ]
	played dies 'partial: QEMU ended with status .*'
	played broken 'failed: module ahci;'
	played refuses 'failed: no benchmark began: .*no KVM here.*'
}

# An hpcc whose parts are played: the window is the one of HPL.
hpl_marks() {
	local rc
	mkdir -p bin
	cat >bin/mpirun <<-'END'
		#!/bin/sh
		[ "$*" = '--allow-run-as-root --oversubscribe -np 4 hpcc' ] || exit 9
		grep -qx '2 *Ps' hpccinf.txt && grep -qx '300 *Ns' hpccinf.txt || exit 8
		[ "$PLAY" != breaks ] || exit 7
		printf '%s\n' 'Begin of PTRANS section.' 'End of PTRANS section.' \
			'Begin of HPL section.' 'End of HPL section.' 'HPL_N=300' \
			'HPL_Tflops=0.5' >>hpccoutf.txt
	END
	chmod +x bin/mpirun
	PATH=$PWD/bin:$PATH TMPDIR=$T GUESTBENCH_NAME=lp "$GB/guest/hpl" 300 '2*2' \
		9>marks >score
	printf 'guestbench: %s lp;\n' begin end | diff - marks
	grep -x HPL_Tflops=0.5 score
	rc=0
	PATH=$PWD/bin:$PATH TMPDIR=$T GUESTBENCH_NAME=lp PLAY=breaks \
		"$GB/guest/hpl" 300 '2*2' 9>marks >score || rc=$?
	[ "$rc" = 7 ]
	[ ! -s marks ]
}

# What ends before anything is installed, built or booted.
front_end() {
	fails 2 'xen: no such lab' guestbench --lab xen
	fails 2 '--seed needs a value' guestbench --seed
	fails 2 '--fast: unknown option' guestbench --fast
	fails 1 'plan.json: No such file' guestbench --report --out nothing
	refused 'memory: ' 'memory = 1048576'
	refused 'MiB needed (another TMPDIR, or a smaller "disk-size"' \
		'disk-size = 1048576'
	refused '/dev/null: not a block device' 'disk = lvm' 'volume = /dev/null'
	mkdir -p cache/exitstat
	exec 7>cache/exitstat/.lock-guestbench
	flock 7
	refused 'another guestbench is running'
	exec 7>&-
}

# All is done: nothing but the tables. What is partial is left as it is.
nothing_left() {
	rm -rf o
	printf '%s\n' 'accel = tcg' 'repeats = 2' 'benchmarks = cpu' >m1.conf
	guestbench --plan --matrix m1.conf --out o --seed 1
	echo 'done' >o/runs/0001/state
	echo 'partial: in part' >o/runs/0002/state
	fails 1 'of 2 runs: 1 partial (--retry runs them again)' \
		guestbench --quiet --matrix m1.conf --out o
	has 'runs: 2 of 2' <out
	has 'run 0002: partial: in part' <out
	cmp out o/report.txt
}

make_table
check "a matrix that is wrong is refused in one line" bad_matrices
check "a table that is wrong is refused in one line" bad_tables
check "a benchmark that does not fit is left out" too_large
check "a run is planned with its tasks, windows and machine" run_is_planned
check "each repeat has every guest, in an order of the seed's" order_is_random
check "a benchmark that takes too long is stopped" benchmark_stops
check "all combinations but those that cannot be" combinations
check "a benchmark is left out of guests that lack what it needs" needs
check "the shipped matrices, and windows that exitstat accepts" shipped_matrices
check "a plan is continued, and only its own" continues
check "a run ends done, partial or failed, and says why" runs_end
check "Linpack's window is HPL's part of hpcc" hpl_marks
check "what cannot run here is refused before it begins" front_end
check "what is done is not done again" nothing_left
done_testing
