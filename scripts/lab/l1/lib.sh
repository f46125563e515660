# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Shared code of jobs in L1: start guests, set up the kernel's own histogram of
# kvm_exit (the oracle), save the data that the judges compare. Sourced by jobs as
# /lab/lib.sh; needs only busybox.

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
	insmod "$@" || fail "$1: cannot load"
}

unload_module()
{
	rmmod "$1" || fail "$1: cannot unload"
}

# Print the -cpu of a Linux guest. TCG delivers an interrupt that VMRUN injected a
# second time, even while the guest has interrupts off, if L1's next timer expires
# before the guest's next VM exit (docs/lab.md). Without KVM's paravirtual EOI, the
# handler's first EOI is that exit.
linux_cpu()
{
	case $LAB in
	svm) echo host,kvm-pv-eoi=off ;;
	*) echo host ;;
	esac
}

# Kernel command line for the shortest boot: skips initialisation of Debian's kernel
# that no test needs (random numbers, ciphers, certificates, BTF, kprobes), more than
# half of the boot.
GUEST_BRIEF='quiet cryptomgr.notests initcall_blacklist=jent_mod_init'
GUEST_BRIEF="$GUEST_BRIEF,load_system_certificate_list,bpf_tcp_ca_kfunc_init"
GUEST_BRIEF="$GUEST_BRIEF,bpf_dummy_struct_ops_init,init_kprobe_trace,trace_eval_init"

# linux_guest [PREFIX...]: boot the Linux guest until it powers off, with PREFIX
# before the command (exitstat record ... --). GUEST_QUIET=quiet suppresses the
# kernel's messages on the serial port, which cause nine tenths of the exits.
#
# nohz=off: TCG can lose the wakeup of an idle nested guest (docs/lab.md); the tick
# wakes it again.
#
# GUEST_LIMIT: seconds of L1's time after which the guest is considered dead.
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
	# A timeout has the same cause as a deadlock that the host reports to init.
	[ $rc != 137 ] || [ "$LAB" != svm ] || : >/tmp/guest-dead
	return $rc
}

# Print the state that a retried step needs: the groups' switches.
save_state()
{
	local group
	[ -d $KES_SYSFS ] || return 0
	for group in count time histogram detail; do
		echo "$group $(cat $KES_SYSFS/$group)"
	done
}

# restore_state FILE: restore the state that save_state wrote, and load the module if
# it is unloaded. A group depends on those before it, so they are switched off in
# reverse order.
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

# retry_dead_guest COMMAND...: run a step in a subshell, and retry it if TCG's fault
# (docs/lab.md) hit its guest. The host reports that to init, which kills the guest
# and the step.
retry_dead_guest()
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
		stage "retry $try: $*"
		killall -q -KILL qemu-system-x86_64
		while pidof exitstat qemu-system-x86_64 >/dev/null; do
			sleep 0.1
		done
		[ ! -s /tmp/step-dir ] || rm -rf "$(cat /tmp/step-dir)"
		restore_state /tmp/state
	done
	fail "$*: the guest deadlocked in each attempt"
}

# A prefix for both guests: record them with each of $SOURCES at the same time, in
# $STEP/SOURCE.exitstat; $GROUPS_RECORDED: not the default groups.
recorded()
{
	local source
	for source in $SOURCES; do
		set -- exitstat record --source "$source" -q \
			${GROUPS_RECORDED:+--groups "$GROUPS_RECORDED"} -o "$STEP/$source.exitstat" -- "$@"
	done
	"$@" 2>"$STEP/record.log"
}

# micro_guest NAME [PREFIX...]: succeed if the guest completed. QEMU's status is
# the guest's code * 2 + 1; after a triple fault it is 0.
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

# oracle_key EVENT: print the keys of its histogram
oracle_key()
{
	case $1 in
	kvm_nested_vmexit_inject) echo 'hist:keys=exit_code:size=4096' ;;
	kvm_userspace_exit) echo 'hist:keys=reason,errno:size=256' ;;
	*) echo 'hist:keys=exit_reason,vcpu_id:size=4096' ;;
	esac
}

# oracle_start [EVENT...]: start an empty histogram of each event; default: kvm_exit
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

# The kernel warns if an event with a histogram is removed.
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

# switch_groups VALUE GROUP...: switch them in this order; stop at the first refusal
switch_groups()
{
	local value=$1 group
	shift
	for group; do
		echo "$value" >"$KES_SYSFS/$group" || return 1
	done
}

# begin NAME: start a step of a job, with an empty histogram. Its data goes to $STEP:
# hist, hist.returns, snapshot, vm (name of the last VM's directory), text/ (that
# directory), total, unaccounted, lost and reasons (sysfs).
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

# Print the name of the newest VM's directory in debugfs: NUMBER-PID
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

# start_guest QUIET [PREFIX...]: boot the Linux guest in the background
start_guest()
{
	local GUEST_QUIET=$1
	shift
	linux_guest "$@" >"$STEP/guest.log" 2>&1 &
	GUEST_PID=$!
}

# finish_guest [STATUS]: wait for the guest; $STEP/rc is its status, or STATUS if
# that is 0
finish_guest()
{
	local rc=${1:-0}
	wait "$GUEST_PID" || rc=$?
	echo "$rc" >"$STEP/rc"
}

# still_runs: create $STEP/overlap if the guest is still running
still_runs()
{
	! kill -0 "$GUEST_PID" || echo yes >"$STEP/overlap"
}

# wait_for_exits N: wait for N exits since the step's beginning
wait_for_exits()
{
	until [ "$(cat $KES_SYSFS/total)" -gt $((TOTAL + $1)) ]; do
		sleep 0.1
	done
}

# wait_for TEXT FILE PID: wait until a program, which then goes on, has written TEXT
wait_for()
{
	until grep -q "$1" "$2"; do
		kill -0 "$3" || fail "$2: $(tail -n 1 "$2")"
		sleep 0.1
	done
}
