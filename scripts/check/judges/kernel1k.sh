# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Judge the job scripts/lab/jobs/kernel1k: each program of kernel1k under minivmm and
# exitstat. Its exits to user space equal those in guests/kernel1k/kernel1k.cfg; KVM
# counts these and the port I/O to devices in KVM at set-up. classes.txt in the job's
# results has a table of classes beside the reference's figures. Sourced by
# scripts/check/checks/lab.

KERNEL1K_CFG=$TOP/guests/kernel1k/kernel1k.cfg
IN_KERNEL_OUTS=13	# timer.c: 10 to the interrupt controllers, 3 to the timer

# Print "program exits reference" for each row
kernel1k_rows()
{
	awk '!/^#/ && NF { print $1, $2, $3 }' "$KERNEL1K_CFG"
}

# classes_of PROGRAM: print lines of "class count"
classes_of()
{
	"$TOP/out/bin/exitstat" export "$RUN/$1.exitstat" | awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	{ print $col["class"], $col["l1"] }' | add_up
}

program_ended_well()
{
	[ "$(<"$RUN/$1.status")" = 0 ] ||
		{ echo "status $(<"$RUN/$1.status")"; cat "$RUN/$1.stats"; return 1; }
}

talks()
{
	program_ended_well all
	diff "$TOP/guests/golden/kernel1k.out" "$RUN/all.out"
}

userspace_of()
{
	sed -n 's/.*"vcpus":\[{"vcpu":0,"exits":{"IO":\([0-9]*\)}.*/\1/p' \
		"$RUN/$1.stats"
}

# costs PROGRAM EXITS: all exits are port I/O, for minivmm and for the engine
costs()
{
	local io
	program_ended_well "$1"
	io=$(classes_of "$1" | sed -n 's/^io //p')
	echo "returned $(userspace_of "$1"), counted $io"
	[ "$(userspace_of "$1")" = "$2" ] &&
		[ "$io" = $(($2 + IN_KERNEL_OUTS)) ]
}

# Print a line per program and a column per class. The first line is boot; the other
# programs' lines have the difference to boot. Interrupts vary from run to run, so a
# difference may be negative.
classes_table()
{
	local program reference
	kernel1k_rows | while read -r program _ reference; do
		echo "$program reference $reference"
		classes_of "$program" | sed "s/^/$program /"
	done | awk '
	!($1 in row) { row[$1] = ++rows; name[rows] = $1 }
	!($2 in col) { col[$2] = ++cols; class[cols] = $2 }
	{ n[$1, $2] = $3 }
	END {
		printf "%-15s", "program"
		for (c = 1; c <= cols; c++)
			printf " %10s", class[c]
		print ""
		for (r = 1; r <= rows; r++) {
			printf "%-15s", name[r]
			for (c = 1; c <= cols; c++) {
				value = n[name[r], class[c]]
				if (class[c] != "reference")
					value -= r > 1 ? n[name[1], class[c]] : 0
				printf " %10s", value
			}
			print ""
		}
	}'
}

judge_kernel1k()
{
	local program exits boot=''
	check "the script's output is as expected" talks
	while read -r program exits _; do
		check "$program: causes $exits exits${boot:+ more than boot}" \
			costs "$program" $((${boot:-0} + exits))
		[ "$program" != boot ] || boot=$exits
	done < <(kernel1k_rows)
	classes_table >"$RUN/classes.txt"
	sed 's/^/# /' "$RUN/classes.txt"
}
