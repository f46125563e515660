# SPDX-License-Identifier: GPL-2.0-only
#
# Says what is wrong with the exits of a guest, by guests/guests.cfg, which
# describes its numbers. Variables: vmm; guest; nothing, the guest that has
# only what all have; c, the column of the vendor. Files: "NAME CODE" of all
# reasons, guests.cfg, and "CODE EXITS USERSPACE FASTPATH" of the run of nothing
# and of the guest's own.

FNR == 1 { file++ }
file == 1 { name[$2] = $1; next }
file == 2 && (/^#/ || !NF || $c == "-") { next }
file == 2 && $1 == nothing { base["exits " $c] = $5; base["userspace " $c] = $6 }
file == 2 && $1 == guest { add("exits " $c, $5); add("userspace " $c, $6) }
file == 2 && $1 == guest && NF > 6 { add("fastpath " $c, $7) }
file == 3 { take(was, name[$1]) }
file == 4 { take(is, name[$1]) }
function take(into, reason)
{
	reasons[reason]
	into["exits " reason] = $2
	into["userspace " reason] = $3
	into["fastpath " reason] = $4
}
function add(key, value)
{
	reasons[substr(key, index(key, " ") + 1)]
	if (key in row && value ~ /^[0-9]+$/)
		value += row[key]
	row[key] = value
}
# What it is relative to: a number, or what exits:nothing:0 had.
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
		value = by[vmm == "qemu" ? 1 : 2]
	at_least = sub(/^>=/, "", value)
	spare = sub(/^~/, "", value) ? interrupts() : 0
	if (value == "m")
		value = guest == nothing ? have : was[key] + 0
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
	# Of guests with a start of their own the rest must be 0, or
	# what any start costs.
	if (!(key in row) && guest !~ /^exits:/ && (have == 0 ||
	    base[key] ~ /^[*m]/))
		return
	if (wrong(key, value, have))
		print key ": " have ", not " value \
			(value ~ /[+]/ ? " to " base_of(key) : "")
}
END {
	for (key in base)
		reasons[substr(key, index(key, " ") + 1)]
	for (r in reasons) {
		look("exits " r)
		look("userspace " r)
		look("fastpath " r)
	}
}
