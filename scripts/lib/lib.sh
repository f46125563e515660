# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared helpers of the scripts: messages, stages with elapsed time, the command
# line (in options.sh) and the cache (in cache.sh).  Sourced, never run.
#
# A caller sets ME (the name in its messages) before or after sourcing.  Only
# results go to stdout; all messages go to stderr, so a caller can take the last
# line of stdout as a path.
#
# Builders passed to stage and cache_entry rely on errexit: do not call
# these two from a condition (if, ||, &&), where bash switches errexit off.

set -euo pipefail
shopt -s inherit_errexit
# With CDPATH set, cd prints the new directory.
unset CDPATH

ME=${ME:-${0##*/}}
# shellcheck disable=SC2034 # for the callers
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export EXITSTAT_QUIET=${EXITSTAT_QUIET:-0}

# Print a line of progress, unless --quiet.
say()
{
	[ "$EXITSTAT_QUIET" = 1 ] || printf '%s: %s\n' "$ME" "$*" >&2
}

# Print a line, also with --quiet.
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

# Exit for something that this machine cannot do; the reason is required.
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

# need_commands GROUP CMD...: every CMD exists; otherwise report the group of
# packages that has it.
need_commands()
{
	local group=$1 cmd
	shift
	for cmd; do
		command -v "$cmd" >/dev/null ||
			die "$cmd: not found (run scripts/build/deps $group)"
	done
}

# Removed when the shell that owns them ends: its processes and directories.
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

# Remove the directories of killed scripts: ours by name and owner, whose process
# does not exist, and which no process in another container has locked.
scratch_sweep()
{
	local dir
	for dir in "${TMPDIR:-/tmp}"/exitstat-scratch.*; do
		[[ $dir =~ /exitstat-scratch\.([0-9]+)\.[[:alnum:]]{6}$ &&
			! -d /proc/${BASH_REMATCH[1]} &&
			-d $dir && ! -L $dir && -O $dir ]] || continue
		# shellcheck disable=SC2094 # opened for its lock, not read
		(flock -n 9 && rm -rf --one-file-system "$dir") 9<"$dir" || :
	done
}

# scratch VARIABLE: set it to a new directory, which is removed when the calling
# shell ends. The shell holds the directory's lock.
scratch()
{
	local scratch_made scratch_lock
	if [ "$BASHPID" != "$SCRATCH_SHELL" ]; then
		PIDS=() SCRATCH=() SCRATCH_SHELL=$BASHPID
	fi
	scratch_sweep
	scratch_made=$(mktemp -d -t "exitstat-scratch.$$.XXXXXX" 2>&1) ||
		die "$scratch_made (set TMPDIR to another directory)"
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

# Hash of the contents of files.
files_hash()
{
	cat -- "$@" | short_hash
}

# stage_tick TITLE START PID: runs beside a stage. Shows the elapsed time: on a
# terminal in one changing line, otherwise in a line every half minute. Kills the
# stage if the script itself has been killed.
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

# stage TITLE COMMAND...: run COMMAND with its output in a log file and show the
# elapsed time; on failure show the end of the log and exit.  The command runs in
# its own process group, so an interrupt ends everything that it started.
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
	# shellcheck disable=SC2064 # the current process ids
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
