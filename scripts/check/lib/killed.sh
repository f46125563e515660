# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is left of a program that is killed. Sourced by tests of scripts.

# A process whose command line nothing else has.
SLEEPER="sleep 86$$"

sleeper_runs()
{
	pgrep -f -- "^$SLEEPER\$" >/dev/null
}

# takes_sleeper SIGNAL COMMAND...: COMMAND starts SLEEPER; when it is ended by
# SIGNAL, that ends, too.
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
