# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/guests: the guests in guests/guests.cfg,
# which describes the format of its numbers. All run under minivmm. Guests that are
# firmware also run under QEMU: in the run guests-all all of them; otherwise the
# first of each class, because starting QEMU takes long; in lab vmx, where it takes
# longest, only those that minivmm cannot run. The exits of each reason, the returns
# to user space, ftrace's histogram of the run and the guest's output must be exact.
# Also prints which reasons in exits.def the guests caused, and why the others cannot
# be caused, by guests/coverage.cfg. Sourced by scripts/check/checks/lab.

GUESTS_CFG=$TOP/guests/guests.cfg
COVERAGE_CFG=$TOP/guests/coverage.cfg
NOTHING=exits:nothing:0

# column_of ISA: print the column of guests.cfg with its reasons
column_of()
{
	[ "$1" = vmx ] && echo 3 || echo 4
}

# guests_of ISA: print the guests with a row for this vendor, in order
guests_of()
{
	awk -v c="$(column_of "$1")" '!/^#/ && NF && $c != "-" && !seen[$1]++ {
		print $1 }' "$GUESTS_CFG"
}

# first_of_each_class ISA: print the first guest with exits of each class
first_of_each_class()
{
	awk -v c="$(column_of "$1")" '!/^#/ && NF && $c != "-" &&
	$5 !~ /^[+]?0$/ && !seen[$2]++ && !said[$1]++ { print $1 }' "$GUESTS_CFG"
}

# A guest for the other vendor, which must report that it is not valid.
other_vendors()
{
	[ "$ISA" = vmx ] && echo exits:vmrun:23 || echo exits:vmxon:23
}

# Only minivmm runs flat and multiboot images; QEMU runs firmware.
# shellcheck disable=SC2153 # the name of the run, from checks/lab
under_qemu()
{
	if [ "$NAME" != guests-all ]; then
		echo "$NOTHING"
		[ "$LAB" = vmx ] || first_of_each_class "$ISA" | grep -vxF "$NOTHING"
		guests_of "$ISA" | sed -n '/:-/p'
	else
		guests_of "$ISA"
	fi | grep -E '^(exits:|counts$)' | grep -v ':shadow$'
}

# Only QEMU can hide a feature; guests without nested paging are last.
make_tests()
{
	guests_of "$ISA" | grep -Ev ':-|:shadow$' | sed 's/^/minivmm /'
	sed -nE 's/^(\w+)\s+[0-9].*/minivmm kernel1k:\1/p' \
		"$TOP/guests/kernel1k/kernel1k.cfg"
	echo "minivmm $(other_vendors)"
	under_qemu | sed 's/^/qemu /'
	guests_of "$ISA" | grep ':shadow$' | sed 's/^/minivmm /'
}

prepare_guests()
{
	make_tests >"$JOB/tests"
}

# Write the counters of all VMs in the snapshots: "VM CODE EXITS USERSPACE FASTPATH
# L2 REFLECTED"
all_exits()
{
	local file
	for file in "$RUN"/snapshot.*; do
		"$SNAP" "$file"
	done | awk '$1 == "exit" { print $2, $4, $5 + $6, $9, $8, $6, $7 }' |
		sort -u >"$RUN/exits"
}

# "RUN STATUS VM" of the first run of each "VMM GUEST"
declare -A RUN_OF=()

read_runs()
{
	local nr vmm guest status vm
	while read -r nr vmm guest status vm _; do
		: "${RUN_OF[$vmm $guest]:=$nr $status $vm}"
	done <"$RUN/runs"
}

# run_of VMM GUEST: set RUN_NR, RUN_STATUS and RUN_VM
run_of()
{
	read -r RUN_NR RUN_STATUS RUN_VM <<<"${RUN_OF[$1 $2]-}"
	[ -n "$RUN_NR" ] || { echo "$2 was not run under $1"; return 1; }
}

# ended_well VMM GUEST: the run has the expected status
ended_well()
{
	local want=0
	run_of "$1" "$2"
	case $1:$2 in
	minivmm:*triple_fault*) want=1 ;;
	qemu:*triple_fault*) ;;
	qemu:*) want=1 ;;
	esac
	[ "$RUN_STATUS" != "$want" ] || return 0
	echo "status $RUN_STATUS; output of $1:"
	cat "$RUN/said/$RUN_NR"
	return 1
}

# The output of exits.awk for each run. It judges all runs at once, because a process
# per run takes longer than all comparisons.
declare -A VERDICT=()

# read_verdicts [VMM GUEST]: judge all runs, or only this one
read_verdicts()
{
	local nr text
	VERDICT=()
	while read -r nr text; do
		VERDICT[$nr]+=$text$'\n'
	done < <(awk -v isa="$ISA" -v only="$*" -f "$TOP/scripts/check/lib/exits.awk" \
		what=reasons <(reason_codes "$ISA") what=table "$GUESTS_CFG" \
		what=runs "$RUN/runs" what=exits "$RUN/exits" \
		what=hist "$RUN"/hist/*)
}

exits_are_known()
{
	local verdict=${VERDICT[$RUN_NR]-not judged}
	[ "$verdict" != $'judged\n' ] || return 0
	printf '%s' "$verdict"
	return 1
}

# The output equals the golden file, byte for byte.
prints_what_it_must()
{
	run_of "$1" "$2"
	cmp "$RUN/said/$RUN_NR" "$TOP/guests/golden/$2.out"
}

guest_is_exact()
{
	ended_well "$1" "$2"
	exits_are_known
	case $2 in
	exits:* | counts) ;;
	*) prints_what_it_must "$1" "$2" ;;
	esac
}

judged_again()
{
	read_verdicts "$1" "$2"
	guest_is_exact "$1" "$2"
}

# A program of kernel1k causes its own returns to user space and those of the boot.
# kernel1k.cfg does not list exits that are handled in the kernel.
program_is_exact()
{
	local boot want have
	ended_well minivmm "$1"
	exits_are_known
	boot=$(awk '$1 == "boot" { print $2 }' "$KERNEL1K_CFG")
	want=$(awk -v p="${1#*:}" -v boot="$boot" '
		$1 == p { print $2 + (p == "boot" ? 0 : boot) }' "$KERNEL1K_CFG")
	have=$(awk -v vm="$RUN_VM" '$1 == vm { n += $4 }
		END { print n + 0 }' "$RUN/exits")
	[ "$have" = "$want" ] || { echo "$have, not $want"; return 1; }
}

# Print the reasons that occurred: "NAME EXITS VMM GUEST", from the run with the most
produced()
{
	awk 'FNR == 1 { part++ }
	part == 1 { name[$2] = $1; next }
	part == 2 { run[$5] = $2 " " $3; next }
	$3 > most[$2] && $1 in run { most[$2] = $3; by[$2] = run[$1] }
	END { for (c in most) print name[c], most[c], by[c] }' \
		<(reason_codes "$ISA") "$RUN/runs" "$RUN/exits" | LC_ALL=C sort
}

# explained: print "NAME WHY" for each reason that a row of coverage.cfg matches, and
# "? WHY" for a row that matches none
explained()
{
	local isa pattern why name found
	while read -r isa pattern why; do
		[ "$isa" = "$ISA" ] || continue
		found=0
		while read -r name _; do
			# shellcheck disable=SC2254 # it is a pattern
			case $name in
			$pattern) echo "$name $why"; found=1 ;;
			esac
		done < <(reason_codes "$ISA")
		[ "$found" = 1 ] || echo "? $pattern: $why"
	done <"$COVERAGE_CFG"
}

# coverage_is_known FILE: each reason in exits.def is either caused or explained, and
# not both. FILE is the output of explained.
coverage_is_known()
{
	local wrong
	wrong=$(awk 'FNR == 1 { part++ }
	part == 1 { made[$1] = $2 " by " $4; next }
	part == 2 && $1 == "?" { print "coverage.cfg: no such reason: " $2; next }
	part == 2 && $1 in why { print $1 ": two rows of coverage.cfg" }
	part == 2 { why[$1]; next }
	$1 in made && $1 in why { print $1 ": explained, but caused: " made[$1] }
	!($1 in made) && !($1 in why) { print $1 ": neither caused nor explained" }' \
		"$RUN/produced" "$1" <(reason_codes "$ISA"))
	[ -z "$wrong" ] || { echo "$wrong"; return 1; }
}

print_coverage()
{
	local all made
	all=$(reason_codes "$ISA" | wc -l)
	made=$(wc -l <"$RUN/produced")
	echo "# $ISA: $all reasons, $made caused by guests, $((all - made)) not:"
	awk '{ printf "#   %-22s %6d  %s\n", $1, $2, $4 }' "$RUN/produced"
	awk '{ r = $1; $1 = ""; why[$0] = why[$0] " " r }
	END { for (w in why) print "#  " w ":" why[w] }' "$RUN/explained" |
		LC_ALL=C sort | fold -s -w 100 | sed 's/^\([^#]\)/#       \1/'
}

is_not_valid()
{
	run_of minivmm "$(other_vendors)"
	[ "$RUN_STATUS" = 1 ] && grep -qw 77 "$RUN/said/$RUN_NR" && return
	echo "status $RUN_STATUS"
	cat "$RUN/said/$RUN_NR"
	return 1
}

# complains FILE SED COMMAND...: the test fails after SED has changed FILE, and prints
# the reason
complains()
{
	local file=$1
	sed -E "$2" "${!file}" >"$WORK/broken"
	! cmp -s "${!file}" "$WORK/broken" ||
		{ echo "the edit changes nothing: $2"; return 1; }
	local "$file=$WORK/broken"
	try "${@:3}"
	[ "$RC" != 0 ] && [ -n "$SAID" ] && return
	echo "not refused (status $RC): $SAID"
	return 1
}

coverage_by_table()
{
	explained >"$WORK/explained"
	coverage_is_known "$WORK/explained"
}

check_guest_refusals()
{
	check_rows complains GUESTS_CFG <<-\END
	judge: one exit too many is a failure | s/^(exits:cpuid:.*)[+]997/\1+996/ | judged_again | minivmm | exits:cpuid:997
	judge: one exit too few is a failure | s/^(exits:fresh_page:.*)[+]997/\1+998/ | judged_again | minivmm | exits:fresh_page:997
	judge: one return to user space too many is a failure | s/^(exits:io_out:.*)[+]101$/\1+100/ | judged_again | minivmm | exits:io_out:101
	judge: a reason without a row is a failure | /^exits:hypercall:.*CPUID/d | judged_again | minivmm | exits:hypercall:997
	judge: fewer exits than the minimum are a failure | s/^(exits:interrupt:.*)>=23/\1>=99999/ | judged_again | minivmm | exits:interrupt:23
	END
	check_rows complains COVERAGE_CFG <<-END
	judge: a reason neither caused nor explained is a failure | /^${ISA}[[:space:]]+BUS_LOCK/d | coverage_by_table
	judge: a reason both caused and explained is a failure | s/^$ISA([[:space:]]+)BUS_LOCK/$ISA\1CPUID/ | coverage_by_table
	END
}

judge_guests()
{
	local vmm guest
	read_runs
	all_exits
	read_verdicts
	while read -r _ vmm guest _; do
		[ "$guest" != "$(other_vendors)" ] || continue
		case $guest in
		kernel1k:*) check "$vmm: $guest: exits to user space are exact" \
			program_is_exact "$guest" ;;
		*) check "$vmm: $guest: exits are exact, and equal ftrace" \
			guest_is_exact "$vmm" "$guest" ;;
		esac
	done <"$RUN/runs"
	check "a generator for the other vendor reports that it is not valid" is_not_valid
	produced >"$RUN/produced"
	explained >"$RUN/explained"
	print_coverage
	check "every reason is caused by a guest, or coverage.cfg explains why not" \
		coverage_is_known "$RUN/explained"
	check_guest_refusals
}
