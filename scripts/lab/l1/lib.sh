# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What jobs in L1 share: start the guests, set up the kernel's own count of
# kvm_exit (the oracle), save what the checks compare. Sourced by a job as
# /lab/lib.sh; busybox only.

# shellcheck disable=SC2034 # not every job uses all of them
TRACING=/sys/kernel/tracing
KVM_EVENTS=$TRACING/events/kvm
KES_DEBUGFS=/sys/kernel/debug/kvm_exit_stats
KES_SYSFS=/sys/kernel/kvm_exit_stats
VENDOR=kvm-amd
[ "$ISA" = svm ] || VENDOR=kvm-intel

fail()
{
	echo "job: $*" >&2
	exit 1
}

# load_module FILE [PARAMETER=VALUE...]
load_module()
{
	insmod "$@" || fail "$1: cannot be loaded"
}

unload_module()
{
	rmmod "$1" || fail "$1: cannot be unloaded"
}

# The -cpu of a Linux guest. TCG delivers an interrupt that VMRUN injected a
# second time, even where the guest has its interrupts off, if L1's next timer
# is due before the guest's next VM exit (docs/lab.md). Without KVM's
# paravirtual EOI that exit is near: the EOI, which comes first of all.
linux_cpu()
{
	case $LAB in
	svm) echo host,kvm-pv-eoi=off ;;
	*) echo host ;;
	esac
}

# Of a guest whose boot is as short as it can be: without what a kernel of
# Debian's tests, checks and reads at its boot and no test looks at (random
# numbers, ciphers, certificates, BTF, kprobes): more than half of it.
GUEST_BRIEF='quiet cryptomgr.notests initcall_blacklist=jent_mod_init'
GUEST_BRIEF="$GUEST_BRIEF,load_system_certificate_list,bpf_tcp_ca_kfunc_init"
GUEST_BRIEF="$GUEST_BRIEF,bpf_dummy_struct_ops_init,init_kprobe_trace,trace_eval_init"

# linux_guest [PREFIX...]: boot the Linux guest to its power-off, PREFIX before
# the command (exitstat record ... --). GUEST_QUIET=quiet leaves out the
# kernel's lines on the serial port, nine tenths of the exits.
#
# nohz=off: TCG can lose the wakeup of an idle nested guest (docs/lab.md); with
# a tick, another one follows.
#
# GUEST_LIMIT: seconds of L1's time, after which the guest counts as dead.
GUEST_LIMIT=600
GUEST_KERNEL=/guest/bzImage
linux_guest()
{
	local rc=0 append="console=ttyS0 panic=-1${GUEST_QUIET:+ $GUEST_QUIET}"
	[ "$LAB" != svm ] || append="$append nohz=off"
	"$@" timeout -s KILL $GUEST_LIMIT qemu-system-x86_64 -enable-kvm -cpu "$(linux_cpu)" -smp "$SMP" -m 128 \
		-nographic -nodefaults -serial stdio -no-reboot \
		-kernel "$GUEST_KERNEL" -initrd /guest/initrd \
		-append "$append" || rc=$?
	# By timeout, not by what init heard from the host: the same fault.
	[ $rc != 137 ] || [ "$LAB" != svm ] || : >/tmp/guest-dead
	return $rc
}

# What a step has to find as it was: which groups count, and the module.
save_state()
{
	local group
	[ -d $KES_SYSFS ] || return 0
	for group in count time histogram detail; do
		echo "$group $(cat $KES_SYSFS/$group)"
	done
}

# restore_state FILE: from what save_state wrote. A group needs the ones before
# it, so that they are switched off in the opposite order.
restore_state()
{
	local group value
	[ -s "$1" ] || return 0
	[ -d $KES_SYSFS ] || load_module "$MODULE"
	switch_groups 0 detail histogram time count
	while read -r group value; do
		[ "$value" = 0 ] || switch_groups 1 "$group"
	done <"$1"
}

# with_living_guest COMMAND...: a step, in a shell of its own, once more if a guest
# in it died of the fault of TCG that docs/lab.md describes. init, which hears
# that from the host, ends the guest and the step.
with_living_guest()
{
	local try rc
	save_state >/tmp/state
	for try in 1 2 3 4 5; do
		rm -f /tmp/guest-dead /tmp/step-dir
		( "$@" ) &
		echo $! >/tmp/step
		rc=0
		wait $! || rc=$?
		rm -f /tmp/step
		[ -e /tmp/guest-dead ] || return $rc
		stage "once more ($try): $*"
		killall -q -KILL qemu-system-x86_64
		while pidof exitstat qemu-system-x86_64 >/dev/null; do
			sleep 0.1
		done
		[ ! -s /tmp/step-dir ] || rm -rf "$(cat /tmp/step-dir)"
		restore_state /tmp/state
	done
	fail "$*: the guest died each time"
}

# A prefix of both guests: recorded by each of $SOURCES at the same time, in
# $STEP/SOURCE.exitstat. The status is the guest's, but 1 for any other than 0.
recorded()
{
	local source
	for source in $SOURCES; do
		set -- exitstat record --source "$source" -q \
			-o "$STEP/$source.exitstat" -- "$@"
	done
	"$@" 2>"$STEP/record.log"
}

# micro_guest NAME [PREFIX...]: status 0 when the guest ran to its end and said
# so. QEMU's status is the guest's code * 2 + 1; a triple fault ends it with 0.
micro_guest()
{
	local name=$1 rc=0
	shift
	"$@" qemu-system-x86_64 -enable-kvm -cpu host -machine pc -m 16 \
		-nodefaults -display none -no-reboot \
		-device isa-debug-exit,iobase=0xf4,iosize=4 \
		-bios "/guest/$name.bin" </dev/null || rc=$?
	[ "$rc" = 1 ]
}

# oracle_key EVENT: what its histogram tells apart
oracle_key()
{
	case $1 in
	kvm_nested_vmexit_inject) echo 'hist:keys=exit_code:size=4096' ;;
	kvm_userspace_exit) echo 'hist:keys=reason,errno:size=256' ;;
	*) echo 'hist:keys=exit_reason,vcpu_id:size=4096' ;;
	esac
}

# oracle_start [EVENT...]: the kernel's histogram counts every such event from
# here on, kvm_exit unless others are named.
oracle_start()
{
	local event
	for event in "${@:-kvm_exit}"; do
		oracle_stop "$event"
		oracle_key "$event" >"$KVM_EVENTS/$event/trigger"
	done
}

# oracle_save FILE [EVENT]
oracle_save()
{
	cat "$KVM_EVENTS/${2:-kvm_exit}/hist" >"$1"
}

# oracle_stop [EVENT]
oracle_stop()
{
	local event=${1:-kvm_exit}
	! grep -q '^hist:' "$KVM_EVENTS/$event/trigger" ||
		echo "!$(oracle_key "$event")" >"$KVM_EVENTS/$event/trigger"
}

# The kernel warns when an event goes with a histogram on it.
oracles_stop()
{
	local event
	for event in "$KVM_EVENTS"/*/trigger; do
		event=${event%/trigger}
		oracle_stop "${event##*/}"
	done
}

counting()
{
	echo "$1" >$KES_SYSFS/count
}

# switch_groups VALUE GROUP...: in this order; the first refusal is the status
switch_groups()
{
	local value=$1 group
	shift
	for group; do
		echo "$value" >"$KES_SYSFS/$group" || return 1
	done
}

# begin NAME: a step of a job starts, with an empty histogram. What belongs to
# it goes to $STEP: hist, hist.returns, snapshot, vm (name of the last VM's
# directory), text/ (that directory), total, unaccounted, lost and reasons (sysfs).
begin()
{
	stage "$1"
	STEP=/out/$1
	echo "$STEP" >/tmp/step-dir
	mkdir -p "$STEP/text"
	save_snapshot before
	TOTAL=$(cat $KES_SYSFS/total)
	oracle_start kvm_exit kvm_userspace_exit
}

save_snapshot()
{
	cat $KES_DEBUGFS/snapshot >"$STEP/$1"
}

# The name of its directory in debugfs: NUMBER-PID
newest_vm()
{
	find $KES_DEBUGFS/vms -mindepth 1 -maxdepth 1 -exec basename {} \; |
		sort -n | tail -n 1
}

end()
{
	oracle_save "$STEP/hist"
	oracle_save "$STEP/hist.returns" kvm_userspace_exit
	save_snapshot snapshot
	newest_vm >"$STEP/vm"
	[ ! -s "$STEP/vm" ] ||
		cp $KES_DEBUGFS/vms/"$(cat "$STEP/vm")"/* "$STEP/text/"
	cat $KES_SYSFS/total >"$STEP/total"
	cat $KES_SYSFS/unaccounted >"$STEP/unaccounted" 2>&1 || :
	cat $KES_SYSFS/lost >"$STEP/lost"
	(cd $KES_SYSFS/reasons && grep -v '^0$' -- * >"$STEP/reasons") || :
}

# start_guest QUIET [PREFIX...]: the Linux guest, beside what the step does
start_guest()
{
	local GUEST_QUIET=$1
	shift
	linux_guest "$@" >"$STEP/guest.log" 2>&1 &
	GUEST_PID=$!
}

# finish_guest [STATUS]: $STEP/rc has its own, or the one given if that is 0
finish_guest()
{
	local rc=${1:-0}
	wait "$GUEST_PID" || rc=$?
	echo "$rc" >"$STEP/rc"
}

# still_runs: $STEP/overlap says so of the guest
still_runs()
{
	! kill -0 "$GUEST_PID" || echo yes >"$STEP/overlap"
}

# wait_for_exits N: since begin's snapshot
wait_for_exits()
{
	until [ "$(cat $KES_SYSFS/total)" -gt $((TOTAL + $1)) ]; do
		sleep 0.1
	done
}
