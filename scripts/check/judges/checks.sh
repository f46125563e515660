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

# judge_checks STEPS
judge_checks()
{
	local step
	for step in $1; do
		"judge_$step" "$step"
	done
}

# Attempts are exits, failed entries and emulation; an exit has one disposition.
# Tracepoints do not tell of attempts, and may lose exits.
check_closure()
{
	if [ "$ENGINE" = module ]; then
		check "$1: no exit was lost" nothing_lost "$1"
	else
		check "$1: every VM-entry attempt is accounted for" closed "$1"
		check "$1: KVM says so, too" nothing_unaccounted "$1"
		check "$1: no exit has two fates" fates_fit "$1"
		check "$1: exits to user space fit the returns" \
			returns_fit "$1"
	fi
	check "$1: returns to user space equal ftrace's" returns_are_traced "$1"
}

# Each source's own, made at the same time.
check_recordings()
{
	local source
	for source in $SOURCES; do
		check "$1: recording by $source equals ftrace" \
			recording_is_hist "$1" "$source"
	done
}

judge_off()
{
	check "off: a guest leaves no trace while counting is off" counted_nothing
}

judge_counts()
{
	check "counts: ftrace sees the exits of guests.cfg" oracle_is_sane counts
	check "counts: the snapshot has exactly guests.cfg's exits" \
		micro_exact counts
	check "counts: snapshot equals ftrace" snapshot_is_hist counts
	check "counts: text in debugfs equals ftrace" text_is_hist counts
	check "counts: sysfs equals the snapshot" sysfs_is_snapshot counts
	check_recordings counts
	check_closure counts
	if [ "$ENGINE" = module ]; then
		check "counts: what tracepoints do not tell is no 0" \
			closure_unavailable counts
	else
		check "counts: exits to user space are guests.cfg's" \
			userspace_exact counts
	fi
}

judge_interface()
{
	check "interface: modes of all files in sysfs" modes_sysfs
	check "interface: modes of all files in debugfs" modes_debugfs
	[ "$ENGINE" = module ] ||
		check "interface: sysfs has one value per file" one_value
	check "interface: wrong writes are refused" writes_refused
	check "interface: table in the kernel log on demand" dmesg_once
}

judge_every()
{
	check "every: table in the kernel log every N exits, and only then" \
		dmesg_every
}

judge_linux()
{
	check "linux: it booted and was recorded" linux_booted
	check "linux: snapshot equals ftrace per vCPU" snapshot_is_hist linux
	check "linux: text equals ftrace per vCPU" text_is_hist linux
	check_recordings linux
	check_closure linux
	[ "$ISA" != vmx ] || [ "$ENGINE" = module ] ||
		check "linux: the preemption timer's fastpath is counted" \
			fastpath_seen linux PREEMPTION_TIMER
}

judge_reset()
{
	check "reset: counters still equal ftrace" snapshot_is_hist reset
	check "reset: no counter goes backwards" monotonic reset reset
	check "reset: text equals snapshot - baseline" text_is_since_reset reset
	check_closure reset
}

# How long the threads of two vCPUs lived is not judged: the clock of lab svm
# follows the host's then.
judge_detail()
{
	check "detail: snapshot equals ftrace per vCPU" snapshot_is_hist detail
	check "detail: time: the parts add up to the whole, to the cycle" \
		time_adds_up detail
	[ "$ENGINE" = module ] || [ "$SMP" != 1 ] ||
		check "detail: time: the parts are what the clock says, within 1 %" \
			time_is_elapsed detail
	check "detail: histogram: one episode per exit" histograms_fit detail
	check "detail: values and other add up to the exits" detail_is_exact detail
	check_closure detail
}

judge_qmp()
{
	check "qmp: query-stats equals the snapshot" query_stats_is_snapshot
	check "qmp: HMP's info stats equals the snapshot" info_stats_is_snapshot
	check "qmp: groups that are off leave no records" groups_gone qmp
	check_closure qmp
}

judge_nested()
{
	check "nested: the guest in the inner guest ran" nested_ran
	check "nested: both contexts together equal ftrace" \
		snapshot_is_hist nested
	check "nested: exits of L2 equal ftrace's kvm_nested_vmexit" l2_is_hist
	[ "$ENGINE" != module ] || return 0
	check "nested: CPUID and IO of L2 are exact, all reflected" l2_exact
	check "nested: nothing is reflected that L1 did not get" \
		reflected_fits_inject
	check_closure nested
}

# The places that count are patched one after the other: a vCPU that gets the
# CPU in between counts only the attempt or only the exit. So what is closed is
# what follows a flip, and in the step groups a guest that is stopped for each.
judge_switch()
{
	check "switch: closed from the last flip on" closed switch settled
	check "switch: no counter goes backwards" monotonic switch toggle
	check "switch: never more than ftrace" never_more_than_hist switch
	check "switch: on, off, on: exact, nothing, exact" on_off_on switch
}

judge_groups()
{
	check "groups: flipped often enough" flipped_often groups
	check "groups: every VM-entry attempt is accounted for" closed groups
	check "groups: KVM says so, too" nothing_unaccounted groups
	check "groups: never more than ftrace" never_more_than_hist groups
	check "groups: no counter goes backwards" monotonic groups flip
}

judge_before_kvm()
{
	local step
	for step in before_kvm kvm_again; do
		check "$step: exactly guests.cfg's exits" micro_exact $step
		check "$step: snapshot equals ftrace" snapshot_is_hist $step
	done
	check_closure before_kvm
}

judge_life()
{
	check "life: unloaded and loaded under a Linux boot, 8 times" life_loads 8
	check "life: another guest's exits are exact" micro_exact life
	check "life: never more than ftrace" never_more_than_hist life
}

judge_refused()
{
	check "refused: loaded twice" said refused again 'File exists'
	check "refused: unloaded while a file is open" said refused busy \
		'Resource temporarily unavailable'
}

judge_misfits()
{
	check "misfits: a tracepoint with other parameters: refused, and told" \
		said misfits misfit-prototype \
		'tracepoint kvm_userspace_exit has parameters (p44)'
	check "misfits: a member that is elsewhere: refused, and told" \
		said misfits misfit-member 'struct kvm_vcpu has vcpu_id at'
	check "misfits: a VMCB that is not found: refused, and told" \
		said misfits misfit-vmcb 'struct vcpu_svm does not'
}

judge_no_debugfs()
{
	if [ "$ENGINE" = module ]; then
		check "no_debugfs: patched says so" refuses no_debugfs patched \
			'this kernel'
		check "no_debugfs: KVM's own statistics say why not" \
			lists no_debugfs kvm-stats 'debugfs'
		check "no_debugfs: auto takes BPF" records no_debugfs auto
	fi
	check "no_debugfs: $ENGINE says what to mount" \
		refuses no_debugfs "$ENGINE" 'mount -t debugfs'
	check "no_debugfs: BPF is exact" records no_debugfs bpf
}

# The module must not come in where KVM is patched, whoever signed it.
judge_declined()
{
	check "declined: by the module, as KVM is patched" module_declined
}

# The patched modules are there before the lock; ours is never let in.
judge_lockdown()
{
	check "lockdown: L1 is locked down" grep -qF '[integrity]' \
		"$RUN/lockdown/level"
	check "lockdown: BPF is exact" records lockdown bpf
	if [ "$ENGINE" = patched ]; then
		check "lockdown: patched is exact" records lockdown patched
		check "lockdown: auto takes patched" records lockdown auto
		return 0
	fi
	check "lockdown: the kernel refuses the module" grep -q 'not permitted' \
		"$RUN/lockdown/insmod"
	check "lockdown: patched says why not" refuses lockdown patched \
		'this kernel'
	check "lockdown: module says why not" \
		refuses lockdown module 'lockdown (integrity) refuses unsigned'
	check "lockdown: KVM's own statistics say why not" \
		lists lockdown kvm-stats 'kernel lockdown, integrity'
	check "lockdown: KVM's own statistics come by QMP" \
		recorded_by_qmp lockdown
	check "lockdown: auto takes BPF" records lockdown auto
}
