# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Check that a killed program leaves no processes. Sourced by tests of scripts.

# A process with a unique command line.
SLEEPER="sleep 86$$"

sleeper_runs()
{
	pgrep -f -- "^$SLEEPER\$" >/dev/null
}

# takes_sleeper SIGNAL COMMAND...: COMMAND starts SLEEPER; after COMMAND is killed by
# SIGNAL, SLEEPER ends, too.
takes_sleeper()
{
	local pid
	"${@:2}" >/dev/null 2>&1 &
	pid=$!
	until sleeper_runs; do sleep 0.1; done
	kill -"$1" $pid
	wait $pid || [ $? -ge 128 ]
	while sleeper_runs; do sleep 0.1; done
}
