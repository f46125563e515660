#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After kill -9 at random times, at most the last sample is lost, and no file is
# damaged. KILLS: the number of kills (40; make stress-record: 1,000).
#
# fifosnap provides the snapshot and counts its reads, which gives the expected number
# of samples and their sums.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

KILLS=${KILLS:-40}
EXITS_PER_SAMPLE=264

start_kernel() {
	machine_with count time histogram detail
	rm -f "$SNAPSHOT"
	"$BUILD/fifosnap" "$SNAPSHOT" "$T/count" 2>/dev/null &
	kernel=$!
	trap 'kill $kernel; rm -rf "$T"' EXIT
	eventually [ -p "$SNAPSHOT" ]
}

# Without sanitizers, for more samples before the kill.
record() {
	exec "$BARE" record -q --source patched -i 1ms -o "$1"
}

# Set probes, the number of reads that are not samples, but probe the source.
calibrate() {
	local before
	before=$(cat count)
	"$BARE" record -q --force --source patched -i 5ms -d 100ms -o calibrate.x
	probes=$(($(cat count) - before - $(samples_of calibrate.x)))
	[ "$probes" -ge 0 ] && [ "$probes" -lt 5 ]
}

samples_of() {
	sqlite3 "$1" 'SELECT count(*) FROM sample'
}

# random_time MS: print a random time below MS, in seconds.
random_time() {
	printf '0.%03d' $((RANDOM % $1))
}

# until_asked N: wait until the recorder has read so often
until_asked() {
	while [ "$(<count)" -lt "$1" ] && kill -0 "$recorder"; do
		sleep 0.002
	done
}

# Run a recorder and kill it: every third while it finishes, every tenth while it
# begins.
run_and_kill() {
	local recorder before
	before=$(<count)
	record k.x &
	recorder=$!
	if [ $(($1 % 10)) = 0 ]; then
		sleep "$(random_time 30)"
	else
		until_asked $((before + probes + 1 + RANDOM % 60))
	fi
	if [ $(($1 % 3)) = 0 ]; then
		kill -INT "$recorder" || :
		sleep "$(random_time 25)"
	fi
	kill -KILL "$recorder" || :
	wait "$recorder" || :
	# another read, which is answered after the last one was counted
	cat "$SNAPSHOT" >answer
	[ -s answer ]
}

# verify FILE READS: check its samples, their sums by both readers, and its integrity
verify() {
	local n exits
	[ "$(sqlite3 "$1" 'PRAGMA integrity_check')" = ok ]
	n=$(samples_of "$1")
	[ "$n" -gt 0 ] || return 0
	[ "$n" -le "$2" ]
	[ "$n" -ge $(($2 - 1)) ]
	exits=$(exits_of "$1")
	[ "$exits" = $(((n - 1) * EXITS_PER_SAMPLE)) ]
	[ "$("$BARE" export --table entries "$1" |
		awk -F, 'NR > 1 { n += $7 } END { print n + 0 }')" = "$exits" ]
	verify_totals "$1" "$n"
}

# verify_totals FILE SAMPLES: the totals cover the samples that they claim; all of them
# if the recording is complete
verify_totals() {
	local upto sum
	IFS='|' read -r upto sum < <(sqlite3 "$1" 'SELECT sample,
		(SELECT ifnull(sum(exits), 0) FROM totals) FROM totals_upto')
	[ "$sum" = $((upto > 1 ? (upto - 1) * EXITS_PER_SAMPLE : 0)) ]
	[ "$upto" -ge $(($2 - 64)) ]
	case $1 in
	k.x) [ "$upto" = "$2" ] ;;
	esac
}

# The recorder may be killed before there is a file, its schema, or a sample.
verify_what_there_is() {
	local asked=$1
	if [ -e k.x ]; then
		[ ! -e k.x.part ]
		[ "$(sqlite3 k.x "SELECT value FROM meta WHERE key='complete'")" = 1 ]
		verify k.x "$asked"
		finished=$((finished + 1))
	elif [ -e k.x.part ] && [ "$(sqlite3 k.x.part 'PRAGMA user_version')" != 0 ]; then
		verify k.x.part "$asked"
		interrupted=$((interrupted + 1))
	else
		[ "$asked" -le 1 ]
		early=$((early + 1))
	fi
}

kills() {
	local i before finished=0 interrupted=0 early=0 asked
	for ((i = 1; i <= KILLS; i++)); do
		before=$(cat count)
		run_and_kill "$i"
		asked=$(($(cat count) - before - probes - 1))
		echo "kill $i: $asked samples asked for"
		verify_what_there_is "$asked"
		rm -f k.x k.x.*
	done
	echo "$finished finished $interrupted interrupted $early early" >"$T/sums"
	# enough recordings were interrupted
	[ "$interrupted" -ge $((KILLS / 3)) ]
}

type sqlite3 >/dev/null 2>&1 || skip_rest 'no sqlite3'
start_kernel
probes=1
check 'fifosnap counts the samples of a recording' calibrate
calibrate >/dev/null 2>&1 || :
check "kill -9, $KILLS times: at most the last sample is lost" kills
echo "# $(cat sums 2>/dev/null)"
done_testing
