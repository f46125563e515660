# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Watch a running L1 by its console, receive the results from the data channel, and
# report the reason if there are none. Sourced by scripts/lab/lab.
#
# The data channel carries one frame, nothing else:
#   EXITSTAT-LAB 1 <bytes> <sha256>\n  <bytes of tar.gz>
# Size and checksum are verified here; a short or damaged frame is an error.
#
# Console lines that begin with "lab:stage " report progress. In L1, the job's output
# is prefixed with "| ", so a guest's output cannot be mistaken for a message of L1's
# kernel.

WATCH_STATE='' WATCH_STAGE='booting' FRAME_BYTES='' FRAME_SHA=''
CONSOLE_PARTIAL='' STAGE_SINCE=0 STAGE_TICKS=0 WATCH_TICKS=0

# Limits are in seconds of the emulator's CPU time, so a busy host, which makes L1
# slow, does not exceed them. The limit in elapsed time is ten times as long.
CLOCK_PER_LIMIT=10

# On a terminal one line is rewritten; otherwise each stage has a line.
show_stage()
{
	WATCH_STAGE=$1 STAGE_SINCE=$SECONDS STAGE_TICKS=$WATCH_TICKS
	[ -t 2 ] || say "$(printf '[%4d s] %s' $((SECONDS - STARTED)) "$1")"
}

tick_stage()
{
	[ -t 2 ] && [ "$EXITSTAT_QUIET" != 1 ] || return 0
	printf '\r\033[K%s: [%4d s] %s%s' "$ME" $((SECONDS - STARTED)) \
		"$WATCH_STAGE" "${1-}" >&2
}

console_line()
{
	local line=${1%$'\r'}
	case $line in
	'lab:stage '*) show_stage "${line#lab:stage }" ;;
	'lab:failed: '*) WATCH_STATE=failed WATCH_STAGE=${line#lab:failed: } ;;
	'lab:no-virtualization'*) WATCH_STATE=no-virtualization ;;
	'| '*) ;;
	*'Kernel panic - not syncing: '*)
		WATCH_STATE=panic WATCH_STAGE=${line#*not syncing: } ;;
	esac
}

# read fails on an incomplete line: keep its beginning.
read_console()
{
	local line
	while IFS= read -r line <&"$CONSOLE_FD"; do
		console_line "$CONSOLE_PARTIAL$line"
		CONSOLE_PARTIAL=''
	done
	CONSOLE_PARTIAL+=$line
}

# Succeed if all bytes that the frame's header announces have arrived.
frame_complete()
{
	local header size
	[ -s "$WORK/data" ] || return 1
	size=$(stat -c %s "$WORK/data")
	if [ -z "$FRAME_BYTES" ]; then
		header=$(head -n 1 "$WORK/data" | tr -d '\0')
		[[ $header =~ ^EXITSTAT-LAB\ 1\ ([0-9]+)\ ([0-9a-f]{64})$ ]] ||
			return 1
		FRAME_BYTES=${BASH_REMATCH[1]} FRAME_SHA=${BASH_REMATCH[2]}
		FRAME_HEADER=$((${#header} + 1))
	fi
	FRAME_GOT=$((size - FRAME_HEADER))
	tick_stage " $((FRAME_GOT / 1024)) of $((FRAME_BYTES / 1024)) KiB"
	[ "$FRAME_GOT" -ge "$FRAME_BYTES" ]
}

# Unpack the frame into $WORK/out.
unpack_frame()
{
	local sum
	tail -c +$((FRAME_HEADER + 1)) "$WORK/data" |
		head -c "$FRAME_BYTES" >"$WORK/frame.tar.gz"
	sum=$(sha256sum <"$WORK/frame.tar.gz")
	[ "${sum%% *}" = "$FRAME_SHA" ] || return 1
	mkdir -p "$WORK/out"
	# L1's clock may be ahead of this machine's.
	tar -xzmf "$WORK/frame.tar.gz" -C "$WORK/out" --no-same-owner &&
		[[ $(cat "$WORK/out/status") =~ ^[0-9]+$ ]]
}

# is_over LIMIT SECOND TICKS: LIMIT has passed since then
is_over()
{
	[ $((WATCH_TICKS - $3)) -ge $(($1 * 100)) ] ||
		[ $((SECONDS - $2)) -ge $(($1 * CLOCK_PER_LIMIT)) ]
}

# Called about once a second; sets WATCH_STATE if the run must end.
check_progress()
{
	emulator_ticks
	WATCH_TICKS=$EMULATOR_TICKS
	[ -z "${MONITOR_IN-}" ] || look_at_vcpus
	if is_over "$TIMEOUT" "$STARTED" 0; then
		WATCH_STATE=timeout
	elif is_over "$STALL" "$STAGE_SINCE" "$STAGE_TICKS"; then
		WATCH_STATE=stalled
	fi
}

# Sets WATCH_STATE: results, damaged, failed, panic,
# no-virtualization, ended, timeout, stalled, dead.
watch_machine()
{
	local alive round idle
	STAGE_SINCE=$SECONDS
	exec {CONSOLE_FD}<"$WORK/console.log"
	mkfifo "$WORK/idle"
	exec {idle}<>"$WORK/idle"
	for ((round = 1; ; round++)); do
		alive=1
		machine_runs || alive=0
		read_console
		if frame_complete; then
			WATCH_STATE=results
			unpack_frame || WATCH_STATE=damaged
		elif [ -z "$WATCH_STATE" ] && [ "$alive" = 0 ]; then
			WATCH_STATE=ended
		elif [ -z "$WATCH_STATE" ] && [ $((round % 4)) = 0 ]; then
			check_progress
		fi
		[ -z "$WATCH_STATE" ] || break
		tick_stage
		# Sleeps without a process, since L1 needs all of this CPU.
		read -r -t 0.2 -u "$idle" || :
	done
	exec {CONSOLE_FD}<&- {idle}<&-
	[ ! -t 2 ] || [ "$EXITSTAT_QUIET" = 1 ] || printf '\r\033[K' >&2
}

# collect STATE: copy the results and the console to --out; after a failure, the
# part of the frame that has arrived.
collect()
{
	mkdir -p "$OUT"
	find "$OUT" -mindepth 1 -delete
	if [ "$1" = results ]; then
		cp -r "$WORK/out/." "$OUT/"
	else
		cp "$WORK/data" "$OUT/frame"
	fi
	cp "$WORK/console.log" "$OUT/console.log"
	find "$WORK" -maxdepth 1 -name 'dead.*' -exec cp -t "$OUT" {} +
}

# Print the emulator's messages, without those of TCG about every CPU model. The
# output of Bochs is its screen.
emulator_says()
{
	[ "$LAB" != vmx ] || return 0
	grep -av "warning: TCG doesn't support" "$WORK/emulator.log" || :
}

# time_since SECOND TICKS
time_since()
{
	echo "$((SECONDS - $1)) s ($(((WATCH_TICKS - $2) / 100)) s of CPU time)"
}

failure_of()
{
	local seconds=$((SECONDS - STARTED))
	case $1 in
	panic) echo "L1 panicked after $seconds s: $WATCH_STAGE" ;;
	failed) echo "L1 cannot start the job: $WATCH_STAGE" ;;
	damaged) echo "the results are damaged (the checksum differs)" ;;
	timeout) echo "no results after $(time_since "$STARTED" 0) in stage" \
			"'$WATCH_STAGE'" ;;
	stalled) echo "no progress for" \
			"$(time_since "$STAGE_SINCE" "$STAGE_TICKS") in stage" \
			"'$WATCH_STAGE'" ;;
	dead) echo "L1 spins with interrupts off in stage '$WATCH_STAGE'" ;;
	no-virtualization) echo "L1 runs, but has neither VMX nor SVM" ;;
	ended) if [ -n "$FRAME_BYTES" ]; then
			echo "the results are incomplete: $FRAME_GOT of" \
				"$FRAME_BYTES bytes"
		else
			echo "L1 ended after $seconds s without results" \
				"$(emulator_says | sed '1!d; s/^/(/; s/$/)/')"
		fi ;;
	esac
}

# tail_of TITLE: print the end of a log on stdin, unless it is empty.
tail_of()
{
	local log
	log=$(tail -n 15 | tr -d '\0')
	[ -n "$log" ] || return 0
	printf ' -- last lines of %s --\n' "$1" >&2
	tr -d '\r' <<<"$log" | tr -c '\n\t -~' '?' | cut -c1-160 |
		sed 's/^/ /' >&2
}

report_failure()
{
	warn "$LAB: $(failure_of "$1")"
	tail_of "L1's console" <"$WORK/console.log"
	emulator_says | tail_of "the emulator"
	[ "$1" != no-virtualization ] || exit 77
	exit 1
}
