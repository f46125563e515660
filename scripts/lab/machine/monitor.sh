# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tells a slow L1 from a dead guest, through QEMU's monitor. Sourced by
# scripts/lab/lab; only for labs that QEMU emulates.
#
# Under TCG an inner guest can deadlock early in its boot (docs/lab.md): it
# spins on a lock for ever with interrupts off. L1 lives, but its clock is so
# slow meanwhile that limits in its own time come minutes late. So a vCPU is
# called dead if it stays within DEAD_BYTES of one instruction with interrupts
# off while the emulator uses DEAD_SECONDS of CPU time. A vCPU that waits for
# a busy host uses no CPU time, and is left alone.
#
# L1 is told by the word "dead" on its third serial port (scripts/lab/l1/init), and
# ends the guest. If the vCPU is still there after the same time again, L1
# itself is dead, which ends the run.

DEAD_BYTES=64
DEAD_SECONDS=5
DEAD_SAMPLES=6
DEAD_COUNT=0

# For each vCPU: the instruction, since how many ticks of the emulator's CPU
# time it has been there, how often it was seen, whether L1 was told.
declare -A SPIN_RIP=() SPIN_SINCE=() SPIN_SEEN=() SPIN_TOLD=()

# What start_qemu adds to the command line.
monitor_options()
{
	mkfifo "$WORK"/{monitor,control}.{in,out}
	# shellcheck disable=SC2034,SC2054 # for machine.sh; QEMU's commas
	MONITOR=(-chardev "pipe,id=monitor,path=$WORK/monitor"
		-mon chardev=monitor,mode=readline
		-chardev "pipe,id=control,path=$WORK/control"
		-device isa-serial,iobase=0x3e8,irq=5,chardev=control)
}

# Open for reading and writing, so that neither end waits for the other.
monitor_open()
{
	exec {MONITOR_IN}<>"$WORK/monitor.in"
	exec {MONITOR_OUT}<>"$WORK/monitor.out"
	exec {CONTROL_IN}<>"$WORK/control.in"
}

# monitor_registers: what the monitor says of all vCPUs; nothing if it does not
# answer. The second command marks the end of the answer to the first.
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

# spins VCPU RIP RFL HLT TICKS: is it dead? Keeps what the next call needs.
spins()
{
	local cpu=$1 rip=$((16#$2)) off=$((!(16#$3 & 0x200))) moved
	moved=$((rip - ${SPIN_RIP[$cpu]:-0}))
	if [ "$off" = 0 ] || [ "$4" = 1 ] || [ -z "${SPIN_RIP[$cpu]-}" ] ||
		[ "${moved#-}" -ge "$DEAD_BYTES" ]; then
		SPIN_RIP[$cpu]=$rip SPIN_SINCE[$cpu]=$5
		SPIN_SEEN[$cpu]=0 SPIN_TOLD[$cpu]=''
		[ "$off" = 1 ] && [ "$4" = 0 ] || SPIN_RIP[$cpu]=''
		return 1
	fi
	SPIN_SEEN[$cpu]=$((SPIN_SEEN[$cpu] + 1))
	[ "${SPIN_SEEN[$cpu]}" -ge "$DEAD_SAMPLES" ] &&
		[ $(($5 - SPIN_SINCE[$cpu])) -ge $((DEAD_SECONDS * 100)) ]
}

# The vCPU is dead: tell L1, or if it was told already, give up on L1.
guest_died()
{
	local cpu=$1 rip=$2
	if [ -n "${SPIN_TOLD[$cpu]}" ]; then
		# shellcheck disable=SC2034 # for watch.sh
		WATCH_STATE=dead
		return
	fi
	DEAD_COUNT=$((DEAD_COUNT + 1))
	cp "$WORK/registers" "$WORK/dead.$DEAD_COUNT"
	# shellcheck disable=SC2153 # watch.sh has it
	warn "$LAB: a guest spins with interrupts off at $rip" \
		"(stage '$WATCH_STAGE'): telling L1 to start it again"
	sed -nE 's/^([ER](AX|SI|IP)|R8 |R12|CR0)/ &/p' "$WORK/registers" >&2
	SPIN_TOLD[$cpu]=yes SPIN_SINCE[$cpu]=$3
	echo dead >&"$CONTROL_IN"
}

# look_at_vcpu TICKS "CPU#N" LINE: the line with its RIP, RFL and HLT
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
