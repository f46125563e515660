# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared helpers of the scripts: messages, stages with elapsed time, the command
# line (in options.sh) and the cache (in cache.sh).  Sourced, never run.
#
# A caller sets ME (the name in its messages) before or after sourcing.  Only
# results go to stdout; everything here talks on stderr, so that a caller can
# take the last line of stdout as a path.
#
# Builders passed to stage and cache_entry rely on errexit: do not call
# these two from a condition (if, ||, &&), where bash switches errexit off.

set -euo pipefail
shopt -s inherit_errexit
# With it, cd prints where it went.
unset CDPATH

ME=${ME:-${0##*/}}
# shellcheck disable=SC2034 # for the callers
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export EXITSTAT_QUIET=${EXITSTAT_QUIET:-0}

# One line of progress; --quiet silences it.
say()
{
	[ "$EXITSTAT_QUIET" = 1 ] || printf '%s: %s\n' "$ME" "$*" >&2
}

# A line that --quiet must not hide.
warn()
{
	printf '%s: %s\n' "$ME" "$*" >&2
}

die()
{
	warn "$@"
	exit 1
}

usage_error()
{
	warn "$* (try --help)"
	exit 2
}

# For what this machine cannot do; the reason is not optional.
cannot_run()
{
	warn "$@"
	exit 77
}

# The head comment of a script is its help text.
show_help()
{
	sed -n '4,/^$/{s/^# \{0,1\}//p}' "$0"
}

# need_commands GROUP CMD... : every CMD exists, or say which packages bring it.
need_commands()
{
	local group=$1 cmd
	shift
	for cmd; do
		command -v "$cmd" >/dev/null ||
			die "$cmd: not found (run scripts/build/deps $group)"
	done
}

# What goes when the shell that has it ends: processes that it started, and
# directories.
PIDS=() SCRATCH=() SCRATCH_SHELL=$BASHPID
leave()
{
	local pid
	for pid in "${PIDS[@]}"; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "${SCRATCH[@]}"
}

# Remove the directories of killed scripts: ours by name and owner, of no process
# that can be seen here, and without the lock that one in a container has.
scratch_sweep()
{
	local dir
	for dir in "${TMPDIR:-/tmp}"/exitstat-scratch.*; do
		[[ $dir =~ /exitstat-scratch\.([0-9]+)\.[[:alnum:]]{6}$ &&
			! -d /proc/${BASH_REMATCH[1]} &&
			-d $dir && ! -L $dir && -O $dir ]] || continue
		# shellcheck disable=SC2094 # its lock, not what it has
		(flock -n 9 && rm -rf --one-file-system "$dir") 9<"$dir" || :
	done
}

# scratch VARIABLE: set it to a new directory, for as long as the shell runs that
# asks for it, which holds the directory's lock.
scratch()
{
	local scratch_made scratch_lock
	if [ "$BASHPID" != "$SCRATCH_SHELL" ]; then
		PIDS=() SCRATCH=() SCRATCH_SHELL=$BASHPID
	fi
	scratch_sweep
	scratch_made=$(mktemp -d -t "exitstat-scratch.$$.XXXXXX" 2>&1) ||
		die "$scratch_made (another TMPDIR?)"
	exec {scratch_lock}<"$scratch_made"
	flock "$scratch_lock"
	printf -v "$1" '%s' "$scratch_made"
	SCRATCH+=("$scratch_made")
	trap leave EXIT
}

# Hash of stdin, short enough for a directory name.
short_hash()
{
	sha256sum | cut -c1-16
}

# Hash of the contents (not the names' directories) of files.
files_hash()
{
	cat -- "$@" | short_hash
}

# stage_tick TITLE START PID: what goes on beside a stage. Shows its time, on a
# terminal in one line that changes, else a line each half minute; and ends it when
# the script itself has been killed, by whatever signal.
stage_tick()
{
	local title=$1 start=$2 pid=$3 next=30 passed
	while sleep 1; do
		kill -0 $$ 2>/dev/null || kill -- "-$pid" 2>/dev/null || exit 0
		passed=$((SECONDS - start))
		if [ "$EXITSTAT_QUIET" = 1 ]; then
			continue
		elif [ -t 2 ]; then
			printf '\r\033[K%s: %s ... %d s' "$ME" "$title" $passed >&2
		elif [ $passed -ge $next ]; then
			say "$title: $passed s so far"
			next=$((passed + 30))
		fi
	done
}

stage_failed()
{
	local title=$1 log=$2 full
	if full=$(disk_full "$log"); then
		warn "$title: $full"
		[ -z "$CACHE_MAKING" ] || exit 28
		exit 1
	fi
	warn "$title: failed; last lines of $log:"
	tail -n 25 "$log" >&2
	exit 1
}

# stage TITLE COMMAND... : run COMMAND with its output in a log file; show
# elapsed time on a terminal, one plain line otherwise; on failure show the
# end of the log and exit.  The command runs in its own process group, so that
# an interrupt ends everything it started.
stage()
{
	local title=$1 log pid rc=0 start=$SECONDS ticker
	shift
	cache_use
	mkdir -p "$CACHE_ROOT/log"
	cache_check_owner "$CACHE_ROOT/log"
	log=$CACHE_ROOT/log/$(tr -cs 'A-Za-z0-9.\n' - <<<"$ME $title").log
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	stage_tick "$title" "$start" "$pid" &
	ticker=$!
	set +m
	# shellcheck disable=SC2064 # these process ids, not later ones
	trap "kill -- -$pid -$ticker 2>/dev/null; exit 130" INT TERM HUP
	wait "$pid" || rc=$?
	trap - INT TERM HUP
	kill -- "-$ticker" 2>/dev/null || :
	wait "$ticker" 2>/dev/null || :
	[ "$EXITSTAT_QUIET" = 1 ] || [ ! -t 2 ] || printf '\r\033[K' >&2
	kill -0 $$ 2>/dev/null || exit 143
	[ "$rc" = 0 ] || stage_failed "$title" "$log"
	say "$title: $((SECONDS - start)) s"
}

# shellcheck source=scripts/lib/options.sh
. "$TOP/scripts/lib/options.sh"
# shellcheck source=scripts/lib/cache.sh
. "$TOP/scripts/lib/cache.sh"
