# SPDX-License-Identifier: GPL-2.0-only
#
# Compare the exits of each run of the job guests with guests/guests.cfg, which
# describes the format of its numbers, and with ftrace. Prints "RUN COMPLAINT" for each
# difference, and "RUN judged".
#
# Variables: isa; only, "VMM GUEST" to judge only the first run of this one.
# Files, each after an assignment to what:
#   reasons  "NAME CODE" of all reasons
#   table    guests.cfg
#   runs     "RUN VMM GUEST STATUS VM SNAPSHOT"
#   exits    "VM CODE EXITS USERSPACE FASTPATH L2 REFLECTED" of all VMs
#   hist     ftrace's histograms, each named as its run

BEGIN { column = isa == "vmx" ? 3 : 4 }

what == "reasons" { name[$2] = $1 }
what == "table" && !/^#/ && NF && $column != "-" {
	rows++
	row_guest[rows] = $1
	row_reason[rows] = $column
	row_exits[rows] = $5
	row_user[rows] = $6
	row_fast[rows] = NF > 6 ? $7 : ""
}
what == "runs" {
	vmm[$1] = $2; guest[$1] = $3; vm[$1] = $5
	if (!(($2 " " $3) in first))
		first[$2 " " $3] = $1
	if (only == "" || only == $2 " " $3 && first[only] == $1)
		todo[$1]
}
what == "exits" {
	codes[$1] = codes[$1] " " $2
	exits[$1, $2] = $3; user[$1, $2] = $4; fast[$1, $2] = $5
	l2[$1, $2] = $6; reflected[$1, $2] = $7
}
what == "hist" && FNR == 1 { run = FILENAME; sub(/.*\//, "", run) }
what == "hist" && $0 == "    Dropped: 0" { complete[run] }
what == "hist" && /exit_reason:/ {
	gsub(/[^0-9]+/, " ")
	code = isa == "vmx" ? $1 % 65536 : $1
	traced[run, code] += $3
	if (!((run, code) in listed)) {
		listed[run, code]
		traced_codes[run] = traced_codes[run] " " code
	}
}

function complain(text)
{
	print run, text
}
# The engine's counts equal the kernel's histogram of the run.
function engine_is_hist(   n, list, i, counted, all)
{
	if (!(run in complete))
		complain("the histogram dropped events")
	n = split(codes[vm[run]] traced_codes[run], list)
	for (i = 1; i <= n; i++) {
		counted = exits[vm[run], list[i]] + 0
		all += counted
		if (counted != traced[run, list[i]] + 0)
			complain("code " list[i] ": engine " counted ", ftrace " \
				traced[run, list[i]] + 0)
	}
	if (!all)
		complain("no exits were counted")
}
# The guest that has only the exits of every run of this kind.
function nothing_like(guest)
{
	if (guest ~ /:shadow$/)
		return "exits:nothing:0:shadow"
	return guest ~ /^exits:l2_/ ? "exits:l2_nothing:0" : "exits:nothing:0"
}
function add(key, reason, value)
{
	reasons[reason]
	if (key in row && value ~ /^[0-9]+$/)
		value += row[key]
	row[key] = value
}
function take(into, of,   n, list, i, reason)
{
	n = split(codes[of], list)
	for (i = 1; i <= n; i++) {
		reason = name[list[i]]
		reasons[reason]
		into["exits " reason] = exits[of, list[i]]
		into["userspace " reason] = user[of, list[i]]
		into["fastpath " reason] = fast[of, list[i]]
	}
}
# The base of a relative number: a number, or the count of exits:nothing:0.
function base_of(key)
{
	return base[key] ~ /^[0-9]/ ? base[key] : was[key] + 0
}
function interrupts()
{
	return is["exits EXTERNAL_INTERRUPT"] + is["exits INTR"]
}
function wrong(key, value, have,   at_least, spare, by)
{
	if (value == "*")
		return 0
	if (split(value, by, "/") == 2)
		value = by[vmm[run] == "qemu" ? 1 : 2]
	at_least = sub(/^>=/, "", value)
	spare = sub(/^~/, "", value) ? interrupts() : 0
	if (value == "m")
		value = guest[run] == nothing ? have : was[key] + 0
	if (sub(/^[+]/, "", value))
		value += base_of(key)
	value += 0
	return have < value || !at_least && have > value + spare
}
function look(key,   value, have)
{
	have = is[key] + 0
	if (key in row)
		value = row[key]
	else if (key in base)
		value = base[key]
	else
		value = key ~ /^fastpath/ ? "*" : 0
	# For guests with their own start-up code, other counts must be 0 or those
	# of any start.
	if (!(key in row) && guest[run] !~ /^exits:/ && (have == 0 ||
	    base[key] ~ /^[*m]/))
		return
	if (wrong(key, value, have))
		complain(key ": " have ", not " value \
			(value ~ /[+]/ ? " to " base_of(key) : ""))
}
# Each count equals the table's.
function exits_are_known(   i, r)
{
	split("", row); split("", base); split("", reasons)
	split("", was); split("", is)
	nothing = nothing_like(guest[run])
	if (!((vmm[run] " " nothing) in first)) {
		complain(nothing " was not run under " vmm[run])
		return
	}
	for (i = 1; i <= rows; i++) {
		r = row_reason[i]
		if (row_guest[i] == nothing) {
			reasons[r]
			base["exits " r] = row_exits[i]
			base["userspace " r] = row_user[i]
		}
		if (row_guest[i] != guest[run])
			continue
		add("exits " r, r, row_exits[i])
		add("userspace " r, r, row_user[i])
		if (row_fast[i] != "")
			add("fastpath " r, r, row_fast[i])
	}
	take(was, vm[first[vmm[run] " " nothing]])
	take(is, vm[run])
	if (codes[vm[first[vmm[run] " " nothing]]] == "")
		complain("no exits of " nothing " were counted")
	for (r in reasons) {
		look("exits " r)
		look("userspace " r)
		look("fastpath " r)
	}
}
# Exits of L2 that only some of are reflected: page faults, interrupts and timers, of
# VMX (EXTERNAL_INTERRUPT, INTERRUPT_WINDOW, EPT_VIOLATION, EPT_MISCONFIG,
# PREEMPTION_TIMER) and of SVM (INTR, VINTR, NPF).
function may_be_reflected(code)
{
	return code ~ /^(1|7|48|49|52|96|100|1024)$/
}
# A nested guest has N exits of one reason, all reflected to its hypervisor; N is the
# last word of its name.
function all_reflected(   n, list, i, want, part, found)
{
	split(guest[run], part, ":")
	want = part[3]
	n = split(codes[vm[run]], list)
	for (i = 1; i <= n; i++) {
		if (!l2[vm[run], list[i]])
			continue
		if (l2[vm[run], list[i]] == want && reflected[vm[run], list[i]] == want)
			found++
		else if (reflected[vm[run], list[i]] && !may_be_reflected(list[i]))
			complain("code " list[i] ": " l2[vm[run], list[i]] " from L2, " \
				reflected[vm[run], list[i]] " reflected")
	}
	if (found != 1)
		complain(found + 0 " reasons, not 1, with " want " exits from L2")
}
END {
	for (run in todo) {
		engine_is_hist()
		# Programs of kernel1k have their own table.
		if (guest[run] !~ /^kernel1k:/)
			exits_are_known()
		if (guest[run] ~ /^exits:l2_/ && guest[run] !~ /^exits:l2_nothing:/)
			all_reflected()
		complain("judged")
	}
}
