# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Distinguish a slow L1 from a deadlocked guest, by QEMU's monitor. Sourced by
# scripts/lab/lab; only for labs that QEMU emulates.
#
# Under TCG an inner guest can deadlock early in its boot (docs/lab.md): it spins on
# a lock for ever with interrupts off. L1 continues to run, but its clock becomes so
# slow that its own time limits expire minutes late. Therefore a vCPU is considered
# dead if it stays within DEAD_BYTES of one instruction with interrupts off while
# the emulator uses DEAD_SECONDS of CPU time. A vCPU that waits for a busy host uses
# no CPU time, and is not.
#
# The host writes "dead" to L1's third serial port (scripts/lab/l1/init), and L1 ends
# the guest. If the vCPU still spins after the same time again, L1 itself is dead,
# which ends the run.

DEAD_BYTES=64
DEAD_SECONDS=5
DEAD_SAMPLES=6
DEAD_COUNT=0

# For each vCPU: its instruction, the emulator's CPU time when it was first seen
# there, how often it was seen, and whether it was reported to L1.
declare -A SPIN_RIP=() SPIN_SINCE=() SPIN_SEEN=() SPIN_REPORTED=()

# Set MONITOR, the options for QEMU's command line.
monitor_options()
{
	mkfifo "$WORK"/{monitor,control}.{in,out}
	# shellcheck disable=SC2034,SC2054 # for machine.sh; QEMU's commas
	MONITOR=(-chardev "pipe,id=monitor,path=$WORK/monitor"
		-mon chardev=monitor,mode=readline
		-chardev "pipe,id=control,path=$WORK/control"
		-device isa-serial,iobase=0x3e8,irq=5,chardev=control)
}

# Open for reading and writing, because opening a FIFO waits for the other end.
monitor_open()
{
	exec {MONITOR_IN}<>"$WORK/monitor.in"
	exec {MONITOR_OUT}<>"$WORK/monitor.out"
	exec {CONTROL_IN}<>"$WORK/control.in"
}

# Print the registers of all vCPUs; fail if the monitor does not answer. The second
# command marks the end of the answer to the first.
monitor_registers()
{
	local line
	printf 'info registers -a\ninfo status\n' >&"$MONITOR_IN"
	while IFS= read -r -t 5 line <&"$MONITOR_OUT"; do
		case $line in
		*'VM status:'*) return 0 ;;
		*'(qemu)'*) ;;
		*) printf '%s\n' "${line%$'\r'}" ;;
		esac
	done
	return 1
}

# spins VCPU RIP RFL HLT TICKS: succeed if the vCPU is dead; update its state.
spins()
{
	local cpu=$1 rip=$((16#$2)) off=$((!(16#$3 & 0x200))) moved
	moved=$((rip - ${SPIN_RIP[$cpu]:-0}))
	if [ "$off" = 0 ] || [ "$4" = 1 ] || [ -z "${SPIN_RIP[$cpu]-}" ] ||
		[ "${moved#-}" -ge "$DEAD_BYTES" ]; then
		SPIN_RIP[$cpu]=$rip SPIN_SINCE[$cpu]=$5
		SPIN_SEEN[$cpu]=0 SPIN_REPORTED[$cpu]=''
		[ "$off" = 1 ] && [ "$4" = 0 ] || SPIN_RIP[$cpu]=''
		return 1
	fi
	SPIN_SEEN[$cpu]=$((SPIN_SEEN[$cpu] + 1))
	[ "${SPIN_SEEN[$cpu]}" -ge "$DEAD_SAMPLES" ] &&
		[ $(($5 - SPIN_SINCE[$cpu])) -ge $((DEAD_SECONDS * 100)) ]
}

# guest_died VCPU RIP TICKS: report it to L1; if it was reported before, L1 is dead.
guest_died()
{
	local cpu=$1 rip=$2
	if [ -n "${SPIN_REPORTED[$cpu]}" ]; then
		# shellcheck disable=SC2034 # for watch.sh
		WATCH_STATE=dead
		return
	fi
	DEAD_COUNT=$((DEAD_COUNT + 1))
	cp "$WORK/registers" "$WORK/dead.$DEAD_COUNT"
	# shellcheck disable=SC2153 # set in watch.sh
	warn "$LAB: a guest spins with interrupts off at $rip" \
		"(stage '$WATCH_STAGE'); L1 restarts it"
	sed -nE 's/^([ER](AX|SI|IP)|R8 |R12|CR0)/ &/p' "$WORK/registers" >&2
	SPIN_REPORTED[$cpu]=yes SPIN_SINCE[$cpu]=$3
	echo dead >&"$CONTROL_IN"
}

# look_at_vcpu TICKS "CPU#N" LINE: LINE has its RIP, RFL and HLT
look_at_vcpu()
{
	local cpu rip flags halted
	read -r cpu _ <<<"${2#CPU#}"
	[[ $3 =~ ^[RE]IP=([0-9a-f]+)\ [RE]FL=([0-9a-f]+)\ .*HLT=([01]) ]] || return 0
	rip=${BASH_REMATCH[1]} flags=${BASH_REMATCH[2]} halted=${BASH_REMATCH[3]}
	! spins "$cpu" "$rip" "$flags" "$halted" "$1" ||
		guest_died "$cpu" "$rip" "$1"
}

# Called once a second while L1 runs.
look_at_vcpus()
{
	local ticks line cpu=''
	emulator_ticks
	ticks=$EMULATOR_TICKS
	monitor_registers >"$WORK/registers" || return 0
	while IFS= read -r line; do
		case $line in
		CPU#*) cpu=$line ;;
		[RE]IP=*) look_at_vcpu "$ticks" "$cpu" "$line" ;;
		esac
	done <"$WORK/registers"
}
