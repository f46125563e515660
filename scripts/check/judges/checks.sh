# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/checks. $ENGINE is the engine in L1's
# kernel: patched, module, or none if the module is refused. The comparisons are in
# oracles.sh, engine.sh, nested.sh, interface.sh and sources.sh. Sourced by
# scripts/check/checks/lab.
#
# shellcheck source=scripts/check/lib/interface.sh
. "$TOP/scripts/check/lib/interface.sh"
# shellcheck source=scripts/check/lib/nested.sh
. "$TOP/scripts/check/lib/nested.sh"
# shellcheck source=scripts/check/lib/sources.sh
. "$TOP/scripts/check/lib/sources.sh"
# shellcheck source=scripts/build/lib/headers.sh
. "$TOP/scripts/build/lib/headers.sh"

# Modules with one wrong assumption about KVM, which the job tries to load: "NAME
# EDIT", for module/feed_btf.c.
MISFITS='
prototype s/"kvm_userspace_exit", "p44"/"kvm_userspace_exit", "p48"/
member    s/KES_MEMBER(kvm_vcpu, vcpu_id)/{ "kvm_vcpu", "vcpu_id", 8000 }/
vmcb      s/"vcpu_svm", "vmcb"/"vcpu_svm", "vmcc"/
'

# misfit DIR HEADERS NAME EDIT: all are built in one directory, where only the edited
# file is compiled again.
misfit()
{
	local dir=$1/module file=$1/module/feed_btf.c
	sed "$4" "$TOP/module/feed_btf.c" >"$file"
	! cmp -s "$TOP/module/feed_btf.c" "$file" ||
		die "misfit $3: nothing to change in module/feed_btf.c"
	make -s -C "$2" M="$dir" modules >"$1/log" 2>&1 || {
		cat "$1/log" >&2
		die "misfit $3: cannot build"
	}
	mv "$dir/kvm-exit-stats.ko" "$1/misfit-$3.ko"
}

# Called by cache_entry with the directory to fill.
build_misfits()
{
	local what edit
	copy_module "$1/module"
	while read -r what edit; do
		[ -z "$what" ] || misfit "$1" "$2" "$what" "$edit"
	done <<<"$MISFITS"
	rm -r "$1/module" "$1/log"
}

make_misfits()
{
	local headers key entry
	product headers "$TOP/scripts/build/kernel" headers "$SERIES"
	key=$({ echo "$headers $MISFITS"; module_hash; } | short_hash)
	entry=$(cache_entry misfits "$key" build_misfits "$headers")
	cp "$entry"/misfit-*.ko "$JOB/"
}

# prepare_checks STEPS: write the job's configuration, and add the modules that its
# steps need.
prepare_checks()
{
	echo "$1" >"$JOB/steps"
	echo "$SOURCES" >"$JOB/sources"
	[ "$LAB/$NAME" != "$LOUD" ] || touch "$JOB/loud"
	[ "$LAB" != vmx ] || [ ! -f "$KERNEL/vmlinuz" ] ||
		unpack_zstd "$KERNEL/vmlinuz" "$JOB/vmlinux" ||
		say "$KERNEL/vmlinuz: not compressed with zstd, booting it unchanged"
	case $ENGINE:$1 in
	module:* | none:* | *:*declined*)
		add_module ;;
	esac
	case " $1 " in
	*' misfits '*) make_misfits ;;
	esac
}

# The tests of the steps: where | name | command. where: the step, or several, and
# conditions on the run: the engine, the vendor and the CPUs; ! means not. recorded
# and accounted stand for the steps in the lists below. In name and command, STEP and
# ENGINE are replaced; with SOURCE there is a test for each source that recorded.
#
# attempts = exits + failed entries + emulated entries; an exit has one disposition.
# Tracepoints do not show attempts, and may lose exits.
#
# switch, groups: the code is patched at one place after the other, and a vCPU that
# runs in between counts only the attempt or only the exit. Therefore the accounting
# check starts after the last flip; in the step groups, the guest is stopped for each
# flip.
#
# detail: the elapsed time is not judged with two vCPUs, where the clock of lab svm
# follows the host's.
#
# declined: a patched KVM refuses the module, even if it is signed.
# lockdown: the patched modules are loaded before; our module is always refused.
RECORDED='counts linux nested'
ACCOUNTED='counts linux reset detail qmp nested before_kvm'
tests_of_steps()
{
	cat <<-\END
	off | a guest is not counted while counting is off | counted_nothing
	counts | ftrace counts the exits in guests.cfg | oracle_is_sane STEP
	counts | the snapshot has exactly the exits in guests.cfg | micro_exact STEP
	counts | the snapshot equals ftrace | snapshot_is_hist STEP
	counts | the text in debugfs equals ftrace | text_is_hist STEP
	counts | sysfs equals the snapshot | sysfs_is_snapshot STEP
	interface | the files in sysfs and their modes are as documented | modes_sysfs
	interface | the files in debugfs are readable by root only | modes_debugfs
	interface !module | sysfs has one value per file | one_value
	interface | invalid writes are refused | writes_refused
	interface | a write to dmesg prints a table in the kernel log | dmesg_once
	every | a table is printed every N exits, and none if N is 0 | dmesg_every
	linux | the guest boots and is recorded | linux_booted
	linux,detail | the snapshot equals ftrace per vCPU | snapshot_is_hist STEP
	linux | the text equals ftrace per vCPU | text_is_hist STEP
	reset | counters equal ftrace after resets | snapshot_is_hist STEP
	reset | no counter decreases | monotonic STEP reset
	reset | the text equals snapshot - baseline | text_is_since_reset STEP
	detail | time: the states add up to the total, to the cycle | time_adds_up STEP
	detail | time: the states of a running guest add up to the total, to the cycle | time_adds_up STEP early
	detail !module !smp1 | time: a vCPU that waits for INIT is blocked | ap_is_blocked STEP
	detail !module smp1 | time: the states add up to the elapsed time, within 1 % | time_is_elapsed STEP
	detail | histogram: one handling interval per exit | histograms_fit STEP
	detail | detail: values and "other" add up to the exits | detail_is_exact STEP
	values | every value by bpf has the count of ENGINE | values_agree STEP ENGINE bpf
	values | times by bpf add up to the elapsed time | recorded_time_adds_up STEP bpf
	qmp | query-stats equals the snapshot | query_stats_is_snapshot
	qmp | HMP's info stats equals the snapshot | info_stats_is_snapshot
	qmp | groups that are off write no records | groups_gone STEP
	linux,nested !module vmx | forced exits are exits of the preemption timer | forced_fits STEP
	nested | the guest in the inner guest runs | nested_ran
	nested | both contexts together equal ftrace | snapshot_is_hist STEP
	nested | exits of L2 equal ftrace's kvm_nested_vmexit | l2_is_hist
	nested | exits of L1 and of L2 by bpf equal ENGINE's | contexts_agree STEP ENGINE bpf
	nested | every exit by bpf has a value or is in "other" | recorded_detail_is_exact STEP bpf
	nested !module | CPUID and I/O exits of L2 are exact, and all reflected | l2_exact
	nested !module | exits that L1 receives equal ftrace's kvm_nested_vmexit_inject | received_is_inject
	nested !module | L1 receives every reflected exit, page faults included | reflected_fits_received
	switch | every attempt since the last switch is accounted for | all_accounted STEP settled
	switch | no counter decreases | monotonic STEP toggle
	switch | counts do not exceed ftrace's | never_more_than_hist STEP
	switch | guests are counted exactly while counting is on, and not while it is off | on_off_on STEP
	groups | groups are switched at least 3 times while the guest runs | flipped_often STEP
	groups | every attempt is accounted for | all_accounted STEP
	groups | the engine reports 0 unaccounted | nothing_unaccounted STEP
	groups | counts do not exceed ftrace's | never_more_than_hist STEP
	groups | no counter decreases | monotonic STEP flip
	before_kvm,kvm_again | exits equal guests.cfg's | micro_exact STEP
	before_kvm,kvm_again | the snapshot equals ftrace | snapshot_is_hist STEP
	life | the module is unloaded and loaded 8 times while Linux boots | life_loads 8
	life | another guest's exits are exact | micro_exact STEP
	life | counts do not exceed ftrace's | never_more_than_hist STEP
	many | 200 vCPUs are counted that existed before counting was on | halts_exact STEP before existing 1 200
	many | 200 vCPUs are counted that were created while counting was on | halts_exact STEP existing created 1 200
	many | no exit is lost | nothing_lost STEP
	many | the cgroup of a VMM pays for its vCPUs' memory | vcpus_are_charged STEP
	many | a VM whose predecessor's end was missed does not inherit counts | halts_exact STEP created unseen 5 3
	many | counting is refused while kprobes are disabled, with the reason | said STEP disabled "kprobes do not fire"
	many | counting is refused while ftrace is disabled, with the reason | said STEP no_ftrace "kprobes do not fire"
	waits | a vCPU that waits for INIT is blocked | waits_blocked STEP
	refused | loading the module twice is refused | said STEP again "File exists"
	refused | unloading is refused while a file is open | said STEP busy "Resource temporarily unavailable"
	misfits | a tracepoint with other parameters is refused, with the reason | said STEP misfit-prototype "tracepoint kvm_userspace_exit has parameters (p44)"
	misfits | a member at another offset is refused, with the reason | said STEP misfit-member "struct kvm_vcpu has vcpu_id at"
	misfits | a missing VMCB is refused, with the reason | said STEP misfit-vmcb "struct vcpu_svm does not"
	no_debugfs module | patched is refused, with the reason | refuses STEP patched "this kernel"
	no_debugfs module | list: kvm-stats has the reason | lists STEP kvm-stats debugfs
	no_debugfs module | auto chooses bpf | records STEP auto
	no_debugfs | ENGINE is refused, with the advice to mount debugfs | refuses STEP ENGINE "mount -t debugfs"
	no_debugfs | bpf is exact | records STEP bpf
	declined | a patched KVM refuses the module | module_declined
	lockdown | L1 is locked down | grep -qF "[integrity]" "$RUN/STEP/level"
	lockdown | bpf is exact | records STEP bpf
	lockdown patched | patched is exact | records STEP patched
	lockdown patched | auto chooses patched | records STEP auto
	lockdown !patched | the kernel refuses the module | grep -q "not permitted" "$RUN/STEP/insmod"
	lockdown !patched | patched is refused, with the reason | refuses STEP patched "this kernel"
	lockdown !patched | module is refused, with the reason | refuses STEP module "lockdown (integrity) refuses unsigned"
	lockdown !patched | list: kvm-stats has the reason | lists STEP kvm-stats "kernel lockdown, integrity"
	lockdown !patched | kvm-stats records by QMP | recorded_by_qmp STEP
	lockdown !patched | auto chooses bpf | records STEP auto
	recorded | the recording by SOURCE equals ftrace | recording_is_hist STEP SOURCE
	accounted module !nested | no exit is lost | nothing_lost STEP
	accounted !module | every attempt is accounted for | all_accounted STEP
	accounted !module | the engine reports 0 unaccounted | nothing_unaccounted STEP
	accounted !module | no exit has two dispositions | dispositions_fit STEP
	accounted !module | exits to user space agree with the returns | returns_fit STEP
	accounted !nested | returns to user space equal ftrace's | returns_are_traced STEP
	nested !module | returns to user space equal ftrace's | returns_are_traced STEP
	counts module | the accounting check is unavailable, not 0 | accounting_unavailable STEP
	counts !module | exits to user space equal guests.cfg's | userspace_exact STEP
	linux vmx !module | the fastpath of WRMSR is counted | fastpath_seen STEP MSR_WRITE
	END
}

# holds FACTS CONDITIONS: every condition is in FACTS, or with ! not in FACTS
holds()
{
	local word
	for word in $2; do
		case $word in
		!*) [[ $1 != *" ${word#!} "* ]] ;;
		*) [[ $1 =~ \ (${word//,/|})\  ]] ;;
		esac || return 1
	done
}

# judge_step STEP
judge_step()
{
	local rows row where what command source counting facts before=$TAP_NR
	facts=" $1 $ENGINE $ISA smp$SMP "
	[[ " $RECORDED " != *" $1 "* ]] || facts+='recorded '
	[[ " $ACCOUNTED " != *" $1 "* ]] || facts+='accounted '
	mapfile -t rows < <(tests_of_steps | table_rows)
	for row in "${rows[@]}"; do
		row=${row//STEP/$1} row=${row//ENGINE/$ENGINE} counting=-
		[[ $row != *SOURCE* ]] || counting=$SOURCES
		IFS='|' read -r where what command <<<"$row"
		holds "$facts" "$where" || continue
		for source in $counting; do
			check "$1: ${what//SOURCE/$source}" \
				eval "${command//SOURCE/$source}"
		done
	done
	[ "$TAP_NR" != "$before" ] || die "$1: no such step of the job checks"
}

# judge_checks STEPS
judge_checks()
{
	local step
	for step in ${1/before_kvm/before_kvm kvm_again}; do
		judge_step "$step"
	done
}
