#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The source bpf where it cannot count: a fake machine, a tool that was built
# without it. What it counts is checked by scripts/check/checks/host and in the labs.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# says COMMAND TEXT...: fails with one line that has the texts
says() {
	local command=$1 text status=0
	shift
	$command >out 2>err || status=$?
	cat out err
	[ "$status" = 1 ]
	[ "$(wc -l <err)" = 1 ]
	for text; do
		grep -qF -- "$text" err
	done
}

built_without() {
	says "$BUILD/nocairo/exitstat list --source bpf" \
		'this exitstat was built without BPF: WITH_BPF=0'
}

fake_machine() {
	says "$EXITSTAT list --source bpf" \
		"BPF counts in the kernel that runs, not below $ROOT"
}

check "a tool that was built without says so" built_without
if "$EXITSTAT" list --source bpf 2>&1 | grep -q 'built without'; then
	skip "it does not count for a fake machine" "this build has no BPF"
else
	check "it does not count for a fake machine" fake_machine
fi
done_testing
