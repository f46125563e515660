# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The job scripts/lab/jobs/checks: what it gets, and the tests of its steps, a
# function for each. $ENGINE says what counts in L1's kernel: patched, module,
# or none where the module is refused. How counts are compared is said in
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

# The module with one thing that it takes for granted other than it is; the job
# tries to load it. "NAME EDIT" of module/feed_btf.c.
MISFITS='
prototype s/"kvm_userspace_exit", "p44"/"kvm_userspace_exit", "p48"/
member    s/KES_MEMBER(kvm_vcpu, vcpu_id)/{ "kvm_vcpu", "vcpu_id", 8000 }/
vmcb      s/"vcpu_svm", "vmcb"/"vcpu_svm", "vmcc"/
'

# misfit DIR HEADERS NAME EDIT: all are built in one place, where only the file that
# was edited is compiled again.
misfit()
{
	local dir=$1/module file=$1/module/feed_btf.c
	sed "$4" "$TOP/module/feed_btf.c" >"$file"
	! cmp -s "$TOP/module/feed_btf.c" "$file" ||
		die "misfit $3: nothing to change in module/feed_btf.c"
	make -s -C "$2" M="$dir" modules >"$1/log" 2>&1 || {
		cat "$1/log" >&2
		die "misfit $3: cannot be built"
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

# prepare_checks STEPS: the steps with a module say for themselves that they
# need one.
prepare_checks()
{
	local module
	echo "$1" >"$JOB/steps"
	echo "$SOURCES" >"$JOB/sources"
	[ "$LAB/$NAME" != "$LOUD" ] || touch "$JOB/loud"
	[ "$LAB" != vmx ] || [ ! -f "$KERNEL/vmlinuz" ] ||
		unpack_zstd "$KERNEL/vmlinuz" "$JOB/vmlinux" ||
		say "$KERNEL/vmlinuz: no zstd, booted as it is"
	case $ENGINE:$1 in
	module:* | none:* | *:*declined*)
		product module "$TOP/scripts/build/kernel" dkms "$SERIES"
		cp "$module/kvm-exit-stats.ko" "$JOB/" ;;
	esac
	case " $1 " in
	*' misfits '*) make_misfits ;;
	esac
}

# The tests of the steps: where | what | command. where: the step, or several; and what
# else the run has to be like: the engine that counts, the vendor and the CPUs; ! stands
# for not. recorded and accounted are the steps of the lists below. In what and in the
# command STEP and ENGINE are this step's and this run's; with SOURCE there is a test
# for each source that recorded at the same time.
#
# Attempts are exits, failed entries and emulation; an exit has one disposition.
# Tracepoints do not tell of attempts, and may lose exits.
#
# switch, groups: the places that count are patched one after the other: a vCPU that
# gets the CPU in between counts only the attempt or only the exit. So what is closed
# is what follows a flip, and in the step groups a guest that is stopped for each.
#
# detail: how long the threads of two vCPUs lived is not judged: the clock of lab svm
# follows the host's then.
#
# declined: the module must not come in where KVM is patched, whoever signed it.
# lockdown: the patched modules are there before the lock; ours is never let in.
RECORDED='counts linux'
ACCOUNTED='counts linux reset detail qmp nested before_kvm'
tests_of_steps()
{
	cat <<-\END
	off | a guest leaves no trace while counting is off | counted_nothing
	counts | ftrace sees the exits of guests.cfg | oracle_is_sane STEP
	counts | the snapshot has exactly guests.cfg's exits | micro_exact STEP
	counts | snapshot equals ftrace | snapshot_is_hist STEP
	counts | text in debugfs equals ftrace | text_is_hist STEP
	counts | sysfs equals the snapshot | sysfs_is_snapshot STEP
	interface | modes of all files in sysfs | modes_sysfs
	interface | modes of all files in debugfs | modes_debugfs
	interface !module | sysfs has one value per file | one_value
	interface | wrong writes are refused | writes_refused
	interface | table in the kernel log on demand | dmesg_once
	every | table in the kernel log every N exits, and only then | dmesg_every
	linux | it booted and was recorded | linux_booted
	linux,detail | snapshot equals ftrace per vCPU | snapshot_is_hist STEP
	linux | text equals ftrace per vCPU | text_is_hist STEP
	reset | counters still equal ftrace | snapshot_is_hist STEP
	reset | no counter goes backwards | monotonic STEP reset
	reset | text equals snapshot - baseline | text_is_since_reset STEP
	detail | time: the parts add up to the whole, to the cycle | time_adds_up STEP
	detail !module smp1 | time: the parts are what the clock says, within 1 % | time_is_elapsed STEP
	detail | histogram: one episode per exit | histograms_fit STEP
	detail | values and other add up to the exits | detail_is_exact STEP
	qmp | query-stats equals the snapshot | query_stats_is_snapshot
	qmp | HMP's info stats equals the snapshot | info_stats_is_snapshot
	qmp | groups that are off leave no records | groups_gone STEP
	nested | the guest in the inner guest ran | nested_ran
	nested | both contexts together equal ftrace | snapshot_is_hist STEP
	nested | exits of L2 equal ftrace's kvm_nested_vmexit | l2_is_hist
	nested !module | CPUID and IO of L2 are exact, all reflected | l2_exact
	nested !module | nothing is reflected that L1 did not get | reflected_fits_inject
	switch | closed from the last flip on | closed STEP settled
	switch | no counter goes backwards | monotonic STEP toggle
	switch | never more than ftrace | never_more_than_hist STEP
	switch | on, off, on: exact, nothing, exact | on_off_on STEP
	groups | flipped often enough | flipped_often STEP
	groups | every VM-entry attempt is accounted for | closed STEP
	groups | KVM says so, too | nothing_unaccounted STEP
	groups | never more than ftrace | never_more_than_hist STEP
	groups | no counter goes backwards | monotonic STEP flip
	before_kvm,kvm_again | exactly guests.cfg's exits | micro_exact STEP
	before_kvm,kvm_again | snapshot equals ftrace | snapshot_is_hist STEP
	life | unloaded and loaded under a Linux boot, 8 times | life_loads 8
	life | another guest's exits are exact | micro_exact STEP
	life | never more than ftrace | never_more_than_hist STEP
	refused | loaded twice | said STEP again "File exists"
	refused | unloaded while a file is open | said STEP busy "Resource temporarily unavailable"
	misfits | a tracepoint with other parameters: refused, and told | said STEP misfit-prototype "tracepoint kvm_userspace_exit has parameters (p44)"
	misfits | a member that is elsewhere: refused, and told | said STEP misfit-member "struct kvm_vcpu has vcpu_id at"
	misfits | a VMCB that is not found: refused, and told | said STEP misfit-vmcb "struct vcpu_svm does not"
	no_debugfs module | patched says so | refuses STEP patched "this kernel"
	no_debugfs module | KVM's own statistics say why not | lists STEP kvm-stats debugfs
	no_debugfs module | auto takes BPF | records STEP auto
	no_debugfs | ENGINE says what to mount | refuses STEP ENGINE "mount -t debugfs"
	no_debugfs | BPF is exact | records STEP bpf
	declined | by the module, as KVM is patched | module_declined
	lockdown | L1 is locked down | grep -qF "[integrity]" "$RUN/STEP/level"
	lockdown | BPF is exact | records STEP bpf
	lockdown patched | patched is exact | records STEP patched
	lockdown patched | auto takes patched | records STEP auto
	lockdown !patched | the kernel refuses the module | grep -q "not permitted" "$RUN/STEP/insmod"
	lockdown !patched | patched says why not | refuses STEP patched "this kernel"
	lockdown !patched | module says why not | refuses STEP module "lockdown (integrity) refuses unsigned"
	lockdown !patched | KVM's own statistics say why not | lists STEP kvm-stats "kernel lockdown, integrity"
	lockdown !patched | KVM's own statistics come by QMP | recorded_by_qmp STEP
	lockdown !patched | auto takes BPF | records STEP auto
	recorded | recording by SOURCE equals ftrace | recording_is_hist STEP SOURCE
	accounted module !nested | no exit was lost | nothing_lost STEP
	accounted !module | every VM-entry attempt is accounted for | closed STEP
	accounted !module | KVM says so, too | nothing_unaccounted STEP
	accounted !module | no exit has two fates | fates_fit STEP
	accounted !module | exits to user space fit the returns | returns_fit STEP
	accounted !nested | returns to user space equal ftrace's | returns_are_traced STEP
	nested !module | returns to user space equal ftrace's | returns_are_traced STEP
	counts module | what tracepoints do not tell is no 0 | closure_unavailable STEP
	counts !module | exits to user space are guests.cfg's | userspace_exact STEP
	linux vmx !module | the preemption timer's fastpath is counted | fastpath_seen STEP PREEMPTION_TIMER
	END
}

# holds FACTS CONDITIONS: each condition is one of the facts, or with ! none of them
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
