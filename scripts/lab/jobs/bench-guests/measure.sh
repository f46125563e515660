# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Measure one KVM: the cost of an exit, by kind, and the same guests under minivmm,
# QEMU with KVM and QEMU with TCG. Sourced on this machine by scripts/bench/guests
# and in L1 by its job; needs only busybox. $BENCH has the programs and images, the
# function progress reports progress, and $RESULTS is the file to write:
#
#   tsc KHZ
#   exit KIND EXITS RUNS MINIMUM MEDIAN SAME	ticks of the TSC, see exitloop.c
#   exit KIND failed REASON...
#   guest NAME VMM RUN ITERATIONS NS		time of ITERATIONS without the first
#   guest NAME VMM failed REASON...
#   setup VCPUS NS KB			minivmm's time until the guest runs, and size

GUESTS='fibonacci matrix string'
VMMS='minivmm qemu-kvm qemu-tcg'
TRIES=5
# Long enough that the varying start-up time of a VMM is negligible.
TARGET_NS=${TARGET_NS:-500000000}
MOST=1000000000

byte()
{
	printf '\\%03o' $(($1 >> $2 & 255))
}

# image NAME SUFFIX ITERATIONS: copy the image and set its number of iterations
image()
{
	cp "$BENCH/$1.$2" "$WORK/image.$2"
	# shellcheck disable=SC2059 # the bytes are escapes of a format
	printf "$(byte "$3" 0)$(byte "$3" 8)$(byte "$3" 16)$(byte "$3" 24)" |
		dd of="$WORK/image.$2" bs=1 seek=4 conv=notrunc 2>/dev/null
}

qemu()
{
	stopwatch qemu-system-x86_64 -accel "$1" -machine pc -m 16 \
		-nodefaults -display none -no-reboot \
		-debugcon file:"$WORK/console" \
		-device isa-debug-exit,iobase=0xf4,iosize=1 \
		-bios "$WORK/image.rom"
}

stopwatch()
{
	timeout 120 "$BENCH/stopwatch" "$@" 2>"$WORK/error"
}

# take NAME VMM ITERATIONS: set NS; fail if the VMM fails
take()
{
	local rc=0
	rm -f "$WORK/console"
	case $2 in
	minivmm)
		image "$1" bin "$3"
		NS=$(stopwatch "$BENCH/minivmm" --quiet "$WORK/image.bin") ||
			rc=$?
		[ "$rc" = 0 ] || return 1 ;;
	*)
		image "$1" rom "$3"
		NS=$(qemu "${2#qemu-}") || rc=$?
		# isa-debug-exit returns status * 2 + 1; 1 is also QEMU's own error
		[ "$rc" = 1 ] && cmp -s "$WORK/console" "$BENCH/$1.out" ||
			return 1 ;;
	esac
}

# Set COUNT to the number of iterations that take TARGET_NS.
calibrate()
{
	local once
	take "$1" "$2" 1 || return 1
	once=$NS
	COUNT=16
	while [ $COUNT -lt $MOST ]; do
		take "$1" "$2" $COUNT || return 1
		[ $((NS - once)) -lt "$TARGET_NS" ] || return 0
		COUNT=$((COUNT * 4))
	done
}

# The VMMs take turns, so a disturbance affects all of them.
measure_guest()
{
	local vmm try once
	for vmm in $VMMS; do
		if calibrate "$1" "$vmm"; then
			echo "$COUNT" >"$WORK/count.$vmm"
		else
			echo "guest $1 $vmm failed $(tail -n 1 "$WORK/error")" \
				>>"$RESULTS"
			rm -f "$WORK/count.$vmm"
		fi
	done
	for try in $(seq $TRIES); do
		for vmm in $VMMS; do
			[ -s "$WORK/count.$vmm" ] || continue
			COUNT=$(cat "$WORK/count.$vmm")
			take "$1" "$vmm" 1 || continue
			once=$NS
			take "$1" "$vmm" "$COUNT" || continue
			echo "guest $1 $vmm $try $((COUNT - 1)) $((NS - once))" \
				>>"$RESULTS"
		done
	done
}

# Under TCG a loop may hang: TCG takes a pending interrupt before HLT instead of at
# it, and HLT then waits for ever.
measure_exits()
{
	local kind line
	for kind in $("$BENCH/exitloop" --list); do
		line=$(timeout 60 "$BENCH/exitloop" "$kind" 50 60 \
			2>"$WORK/error") ||
			line="$kind failed $(tail -n 1 "$WORK/error")"
		echo "exit $line" >>"$RESULTS"
	done
}

measure_setup()
{
	local vcpus try
	for vcpus in 1 2 4; do
		for try in $(seq 15); do
			"$BENCH/minivmm" --quiet --stats=json --vcpus $vcpus \
				"$BENCH/fibonacci.bin" 2>&1 >/dev/null |
				sed -n "s/.*\"total_ns\":\([0-9]*\).*\"resident_kb\":\([0-9]*\).*/setup $vcpus \1 \2/p" \
				>>"$RESULTS"
		done
	done
}

measure_place()
{
	local guest
	WORK=$(mktemp -d)
	echo "tsc $("$BENCH/exitloop" --tsc)" >"$RESULTS"
	progress 'cost of an exit'
	measure_exits
	measure_setup
	for guest in $GUESTS; do
		progress "$guest by $VMMS"
		measure_guest "$guest"
	done
	rm -rf "$WORK"
}
