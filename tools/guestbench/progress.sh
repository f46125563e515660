# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# On a terminal, what a run on this machine is at: one line, rewritten. A lab has
# a line of its own. Sourced by guestbench; uses its variables.

# where_is DIR: by its guest's console
where_is()
{
	local nr
	nr=$(grep -c '^guestbench: begin ' "$1/guest.log" 2>/dev/null) || :
	if [ "${nr:-0}" = 0 ]; then
		echo booting
	else
		echo "benchmark $nr of $(wc -l <"$1/tasks")"
	fi
}

# Ends with the shell that started it, however that ends.
tick()
{
	local start=$SECONDS
	while sleep 1 && kill -0 $$ 2>/dev/null; do
		printf '\r\033[K%s: %s: %s ... %d s' "$ME" "$1" \
			"$(where_is "$2")" $((SECONDS - start)) >&2
	done
}

tick_start()
{
	[ -z "$LAB" ] && [ "$EXITSTAT_QUIET" != 1 ] && [ -t 2 ] || return 0
	set -m
	tick "$@" &
	TICKER=$!
	set +m
}

tick_stop()
{
	[ -n "$TICKER" ] || return 0
	kill -- "-$TICKER" 2>/dev/null || :
	wait "$TICKER" 2>/dev/null || :
	TICKER=
	printf '\r\033[K' >&2
}
