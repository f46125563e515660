#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything that reads: list, report, plot, export, explain. Golden outputs
# of a recording with fixed times, and files that are not what they should be.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# on_terminal FILE COMMAND: its output when it believes to be on a terminal
on_terminal() {
	script -qec "$2" /dev/null >"$1"
}

list_anywhere() {
	"$EXITSTAT" list | sed "s,$ROOT,ROOT,"
}

list_vms() {
	local uuid=1b4e28ba-2fa1-11d2-883f-0016d3cca427
	machine
	process 650 1 other -uuid 00000000-0000-4000-8000-000000000000
	process 700 1 qemu-system-x86_64 -name guest=web,debug-threads=on -S \
		-uuid "$uuid" -no-user-config
	snapshot <<-END
		vm 1 650 1000 2000 qemu-gone
		vcpu 0 5
		exit 0x7b 5
		vm 2 700 3000 0 qemu-system-x86
		vcpu 0 1000
		exit 0x7b 996 3
		exit 0x400 1
		vcpu 1 1
		exit 0x400 1
		vm 3 710 4000 0 minivmm
		vcpu 0 0
	END
	golden list.txt list_anywhere
	"$EXITSTAT" list --dead >out
	has 'qemu-gone .* 5  dead' <out
	lacks 0000-4000 out
	"$EXITSTAT" list --dead --json | tr -d ' \n' >out
	has "\"name\":\"web\",\"uuid\":\"$uuid\"" <out
	has '"name":"qemu-gone","uuid":null' <out
	has '"name":"minivmm","uuid":null' <out
}

list_nothing() {
	machine
	"$EXITSTAT" list | has 'no VM runs'
	unset EXITSTAT_ROOT
	"$EXITSTAT" list --root "$ROOT" | has 'no VM runs'
}

report_narrow() {
	narrow "$EXITSTAT" report all.x
	narrow "$EXITSTAT" report groups.x
	narrow "$EXITSTAT" report --nested --detail groups.x
	narrow "$EXITSTAT" plot --term --ascii all.x
	narrow "$EXITSTAT" --help
}

# report -j with each row of a table on one line
json_by_row() {
	"$EXITSTAT" report -j "$1" |
		sed -zE 's/\n {6,}("[^"\n]*": [^][{}\n]*)/ \1/g; s/\n {4,}\}/ }/g'
}

# export, with a row for what samples after each other have in common: from when to
# when, and how many samples. One that does not begin where the last one ended is
# a line of its own.
csv_by_span() {
	"$EXITSTAT" export "$1" | awk -F, -v OFS=, 'NR == 1 { print; next }
		NR > 2 && $1 != begin && $1 != end { print "begins late", $0 }
		{ begin = $1; end = $2; row = $0; sub(/[^,]*,[^,]*,/, "", row) }
		!samples[row]++ { rows[++nr] = row; from[row] = begin }
		{ to[row] = end }
		END { for (i = 1; i <= nr; i++)
			print from[rows[i]], to[rows[i]], samples[rows[i]] " of", rows[i] }'
}

l1only_is_not_zero() {
	"$EXITSTAT" report -j l1only.x | has '"userspace": null'
	"$EXITSTAT" export l1only.x >csv
	grep -q 'IO_INSTRUCTION,io,101,,,,$' csv
	"$EXITSTAT" export -f json l1only.x | has '"fastpath":null'
	"$EXITSTAT" report l1only.x >words
	lacks Closure words
	lacks 'returned to user' words
}

export_sums() {
	local sum
	sum=$("$EXITSTAT" export all.x | sed 's/"[^"]*""[^"]*""[^"]*"/x/' |
		awk -F, 'NR > 1 { n += $11 } END { print n }')
	"$EXITSTAT" report -j all.x | has "\"exits\": $sum,"
}

to_full_device() {
	"$EXITSTAT" export all.x >/dev/full
}

# The names that the help tells.
formats() {
	"$EXITSTAT" export --help |
		sed -n '/^Formats:/,/^Tables:/s/^  \([a-z-]*\) .*/\1/p'
}

tables() {
	"$EXITSTAT" export --help | sed -n '/^Tables:/,$s/^  \([a-z-]*\) .*/\1/p'
}

# Both formats have the same rows, in the columns of the header, and together
# what the recording has. A column of SQL by name: the table's, then its own.
export_tables() {
	local table names
	for table in $(tables); do
		"$EXITSTAT" export --table "$table" groups.x >"$table.csv"
		"$EXITSTAT" export groups.x --table "$table" -o copy.csv
		cmp "$table.csv" copy.csv
	done
	cmp exits.csv <("$EXITSTAT" export groups.x)
	"$EXITSTAT" export -f json groups.x >all.json
	mapfile -t names < <(tables)
	python3 - "${names[@]}" <<-'END'
		import csv, json, os, sys
		sys.path.insert(0, os.environ["TESTS"] + "/lib")
		import packs
		db = packs.connect("groups.x")
		whole = json.load(open("all.json"))
		sql = {"exits": "delta", "entries": "closure"}
		assert len(sys.argv) == 8, sys.argv
		for name in sys.argv[1:]:
		    rows = list(csv.DictReader(open(name + ".csv"), strict=True))
		    objects = whole[name.replace("-", "_")]
		    assert len(rows) == len(objects) > 0, name
		    for row, o in zip(rows, objects):
		        text = {k: "" if v is None else str(v) for k, v in o.items()}
		        assert row == text, (name, row, text)
		    table = sql.get(name, name.replace("-", "_"))
		    for column in [c[0] for c in db.execute(f"SELECT * FROM {table}").description]:
		        if column in ("sample", "vcpu", "reason", "other", "value", "max_ns", "kvm_exit"):
		            continue
		        want, = db.execute(f"SELECT sum({column}) FROM {table}").fetchone()
		        got = sum(int(r[column]) for r in rows)
		        assert want == got, (name, column, want, got)
	END
}

export_detail() {
	"$EXITSTAT" export --table detail groups.x >csv
	grep -q ',0,vmx,30,IO_INSTRUCTION,io,1016,0x3f8 write,COM1 data,6007$' csv
	grep -q ',0,vmx,30,IO_INSTRUCTION,io,,other,,97$' csv
	"$EXITSTAT" export --table histogram groups.x >csv
	# bucket 11 begins at 2^10 cycles of 2 GHz
	grep -q ',vmx,30,IO_INSTRUCTION,io,11,1024,512,' csv
	"$EXITSTAT" export --table userspace groups.x | has ',2,IO,101$'
}

# What was off is an error or null, and no empty table.
export_without_groups() {
	fails 1 'all.x: the group time was off (record with --groups time)' \
		"$EXITSTAT" export --table time -o off.csv all.x
	[ ! -e off.csv ]
	fails 1 'the group time was off' "$EXITSTAT" export --table vcpu-time all.x
	fails 1 'the group histogram' "$EXITSTAT" export --table histogram all.x
	fails 1 'the group detail was' "$EXITSTAT" export --table detail all.x
	fails 1 'no entries in it: its source did not count' \
		"$EXITSTAT" export --table entries l1only.x
	"$EXITSTAT" export -f json l1only.x | python3 -c 'import json, sys
o = json.load(sys.stdin)
assert all(o[k] is None for k in ("entries", "userspace", "time", "detail"))
assert o["exits"]'
	fails 2 'tea: no such table (one of exits, entries, userspace, vcpu-time, time' \
		"$EXITSTAT" export --table tea all.x
	fails 2 'tea: no such format (one of csv, json, trace' \
		"$EXITSTAT" export -f tea all.x
	fails 2 'json has all tables' \
		"$EXITSTAT" export -f json --table time groups.x
}

# The pages name every table and group that the tool knows.
page_is_complete() {
	local man=$TOP/docs/man name
	for name in $(tables) $(formats); do
		grep -qx "\.It Cm $name" "$man/exitstat-export.1"
	done
	for name in count time histogram detail; do
		grep -qx "\.It Cm $name" "$man/exitstat-enable.1"
	done
}

export_to_file() {
	"$EXITSTAT" export -o out.csv all.x
	"$EXITSTAT" export all.x | cmp - out.csv
	fails 1 'cannot create' "$EXITSTAT" export -o nowhere/out.csv all.x
	fails 1 'standard output' to_full_device
}

report_without_groups() {
	fails 1 'all.x: the group detail was off (record with --groups detail)' \
		"$EXITSTAT" report --detail all.x
	"$EXITSTAT" report --nested all.x | has 'No exits of a guest inside'
	fails 1 'l1only.x: its source does not tell contexts apart' \
		"$EXITSTAT" report --nested l1only.x
	"$EXITSTAT" report all.x >words
	lacks 'time went' words
	"$EXITSTAT" report -j all.x | has '"costs": null'
	"$EXITSTAT" report -j all.x | has '"nested": null'
	"$EXITSTAT" report -j groups.x | has '"name": "TSC_DEADLINE"'
	"$EXITSTAT" report -j groups.x | has '"exits_per_reflected": 3.9'
	fails 2 'without --nested' "$EXITSTAT" report -j --nested all.x
}

interrupted() {
	fails 1 'int.x.part is an interrupted' "$EXITSTAT" report int.x
	"$EXITSTAT" report int.x.part | has '^INTERRUPTED'
	"$EXITSTAT" report -j int.x.part | has '"interrupted": true'
	"$EXITSTAT" plot --term --ascii int.x.part | has IO_INSTRUCTION
}

foreign_files() {
	local command
	for command in report 'plot --term' export; do
		# shellcheck disable=SC2086 # a command with its option
		for file in text.x empty.x other.x; do
			fails 1 "$file: not an exitstat recording" \
				"$EXITSTAT" $command $file
		done
		# shellcheck disable=SC2086
		fails 1 'none.x: No such file' "$EXITSTAT" $command none.x
	done
}

make_foreign_files() {
	echo 'this is a text file, and long enough to look like something else' >text.x
	: >empty.x
	cp all.x other.x
	patch_byte other.x 68 '\0\0\0\1'	# application_id
	local version
	for version in 1 2 3 5; do
		cp all.x v$version.x
		patch_byte v$version.x 60 "\\0\\0\\0\\$version"	# user_version
	done
}

patch_byte() {
	# shellcheck disable=SC2059 # the bytes are a format on purpose
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

other_versions() {
	local version command why
	why="but exitstat $(<"$TOP/VERSION") reads format 4 (record again, or use the exitstat that made it)"
	for version in 1 2 3 5; do
		for command in report 'plot --term' export; do
			# shellcheck disable=SC2086 # a command with its option
			fails 1 "v$version.x: recording of format $version, $why" \
				"$EXITSTAT" $command v$version.x
		done
	done
}

# Whatever is damaged: an error in one line or a report, never a crash.
damaged() {
	local size at status
	size=$(stat -c %s all.x)
	for ((at = 200; at < size; at += 1999)); do
		cp all.x bad.x
		patch_byte bad.x "$at" '\377\376\0\377\7\7\7\7'
		status=0
		"$EXITSTAT" report bad.x >out 2>err || status=$?
		one_line_or_fine "$status"
	done
	head -c 9000 all.x >cut.x
	fails 1 'cut.x: damaged recording' "$EXITSTAT" report cut.x
}

draws() {
	local f
	for f in svg png pdf; do
		"$EXITSTAT" plot all.x -o "a.$f"
		"$EXITSTAT" plot all.x -o "b.$f"
		cmp "a.$f" "b.$f"
	done
	head -c 5 a.pdf | has '%PDF'
	head -c 4 a.png | has PNG
	grep -q '<svg' a.svg
	for f in time latency; do
		"$EXITSTAT" plot groups.x --chart "$f" -o a.svg
		"$EXITSTAT" plot groups.x --chart "$f" -n 20 -o "$f.svg"
		"$EXITSTAT" plot groups.x --chart "$f" -o b.svg
		cmp a.svg b.svg
		! "$EXITSTAT" plot groups.x -o b.svg || ! cmp -s a.svg b.svg
		"$EXITSTAT" plot groups.x --chart "$f" -n 1 -o a.png
	done
	"$EXITSTAT" plot all.x --chart exits -o b.svg
	"$EXITSTAT" plot nophases.x -o n.svg
	"$EXITSTAT" plot int.x.part -n 1 -o i.svg
}

plot_errors() {
	fails 2 'ends in .svg, .png or .pdf' "$EXITSTAT" plot all.x -o a.jpg
	fails 2 'reasons: 0' "$EXITSTAT" plot --reasons 0 all.x
	fails 1 'cannot create' "$EXITSTAT" plot all.x -o nowhere/a.svg
	fails 2 'not both' "$EXITSTAT" plot --term all.x -o a.svg
	fails 2 'chart: pie: need exits, time or latency' \
		"$EXITSTAT" plot --chart pie all.x -o a.svg
	fails 2 'needs --output' "$EXITSTAT" plot --chart time groups.x
	fails 1 'all.x: the group time was off (record with --groups time)' \
		"$EXITSTAT" plot --chart time all.x -o t.svg
	fails 1 'all.x: the group histogram was off' \
		"$EXITSTAT" plot --chart latency all.x -o t.svg
	[ ! -e t.svg ]
}

# SVG goes to the disk in the end: a full one leaves no file behind.
plot_full_disk() {
	mkdir small
	fails 1 'cannot write' bash -c 'trap "" XFSZ; ulimit -f 4; exec "$@"' - \
		"$EXITSTAT" plot all.x -o small/a.svg
	[ -z "$(ls small)" ]
}

without_cairo() {
	fails 1 'built without cairo' "$BUILD/nocairo/exitstat" plot all.x \
		-o c.svg
	[ ! -e c.svg ]
	"$BUILD/nocairo/exitstat" plot --term --ascii all.x |
		diff "$GOLDEN/plot.txt" -
}

utf8_blocks() {
	LC_ALL=C.UTF-8 "$EXITSTAT" plot all.x >utf
	grep -q '└' utf
	lacks $'\033' utf
	export LC_ALL=C.UTF-8
	on_terminal tty "'$EXITSTAT' plot all.x"
	grep -q $'\033\[38;2' tty
	NO_COLOR=1 on_terminal tty "'$EXITSTAT' plot all.x"
	lacks $'\033\[' tty
}

explains() {
	"$EXITSTAT" explain --isa vmx 30 | has '^IO_INSTRUCTION (vmx 30)'
	"$EXITSTAT" explain --isa vmx 28 | has '^CR_ACCESS'
	"$EXITSTAT" explain exit_reason_ept_violation | has 'vmx 48'
	"$EXITSTAT" explain 0x400 | has '^NPF (svm 0x400)'
	"$EXITSTAT" explain -- -1 | has '(svm -1)'
	[ "$("$EXITSTAT" explain | wc -l)" -gt 200 ]
	# a reader that goes away early is no reason to complain
	{ "$EXITSTAT" explain 2>err || true; } | head -1 >/dev/null
	[ ! -s err ]
}

explain_errors() {
	fails 1 'did you mean IO_INSTRUCTION' "$EXITSTAT" explain IO_INSTRUCTON
	fails 1 'no such exit reason' "$EXITSTAT" explain --isa vmx 57005
	fails 1 'no such exit reason' "$EXITSTAT" explain ''
	fails 2 'need vmx, svm, pvm or kvm' "$EXITSTAT" explain --isa arm 1
}

usage() {
	"$EXITSTAT" --version | has '^exitstat '
	fails 2 'no such command' "$EXITSTAT" dance
	fails 2 'which FILE' "$EXITSTAT" report
	fails 2 'no such format' "$EXITSTAT" export -f xml all.x
	for c in list check enable disable reset record report plot check-budget export explain; do
		"$EXITSTAT" "$c" --help | has Usage
	done
}

prepare() {
	local kind
	for kind in all l1only nophases groups; do
		"$BUILD/mkrec" "$kind.x" "$kind"
	done
	"$BUILD/mkrec" int.x interrupted
	make_foreign_files
}

prepare
check 'list: names, counts, state' list_vms
check 'list: nothing runs; --root' list_nothing
check 'report: golden' golden report.txt "$EXITSTAT" report all.x
check 'report: golden without phases' golden nophases.txt "$EXITSTAT" report nophases.x
check 'report: golden JSON' golden report.json json_by_row all.x
check 'report: golden with all groups' golden groups.txt "$EXITSTAT" report groups.x
check 'report: golden --nested' golden nested.txt "$EXITSTAT" report --nested groups.x
check 'report: golden --detail' golden detail.txt "$EXITSTAT" report --detail groups.x
check 'report: groups that were not recorded' report_without_groups
check 'report and terminal plot fit 80 columns' report_narrow
check 'what a source does not fill is not 0' l1only_is_not_zero
check 'export: golden CSV' golden export.txt csv_by_span l1only.x
check 'export: the sum of all rows is the total' export_sums
check 'export: every table, the same in both formats' export_tables
check 'export: values, buckets and returns by name' export_detail
check 'export: what was off is said to be off' export_without_groups
check 'the man page names tables, groups and charts' page_is_complete
check 'export: to a file, or one line why not' export_to_file
check 'interrupted recordings are marked' interrupted
check 'foreign files are refused' foreign_files
check 'a recording of another version is refused' other_versions
check 'damaged recordings never crash the reader' damaged
check 'plot: golden terminal' golden plot.txt "$EXITSTAT" plot --term --ascii all.x
check 'plot: UTF-8, colour, NO_COLOR' utf8_blocks
if "$EXITSTAT" plot all.x -o probe.svg 2>/dev/null; then
	check 'plot: SVG, PNG, PDF, the same bytes twice' draws
	check 'plot: a full disk leaves no file' plot_full_disk
else
	skip 'plot: SVG, PNG, PDF, the same bytes twice' 'built without cairo'
	skip 'plot: a full disk leaves no file' 'built without cairo'
fi
check 'plot: errors' plot_errors
check 'plot: a tool without cairo' without_cairo
check 'explain: by name, number, prefix' explains
check 'explain: unknown reasons' explain_errors
check 'usage errors exit with 2' usage
done_testing
