#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands that read: list, report, plot, export, explain. Golden outputs for
# recordings with fixed times, and invalid files.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

list_anywhere() {
	exitstat list | sed "s,$ROOT,ROOT,"
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
	exitstat list --destroyed >out
	has 'qemu-gone .* 5  destroyed' <out
	lacks 0000-4000 out
	exitstat list --destroyed --json | tr -d ' \n' >out
	has "\"name\":\"web\",\"uuid\":\"$uuid\"" <out
	has '"name":"qemu-gone","uuid":null' <out
	has '"name":"minivmm","uuid":null' <out
}

list_nothing() {
	machine
	exitstat list | has 'no VM is running'
	unset EXITSTAT_ROOT
	exitstat list --root "$ROOT" | has 'no VM is running'
}

report_narrow() {
	narrow "$EXITSTAT" report all.x
	narrow "$EXITSTAT" report groups.x
	narrow "$EXITSTAT" report --nested --detail groups.x
	narrow "$EXITSTAT" plot --term --ascii all.x
	narrow "$EXITSTAT" --help
}

# json_by_row FILE: print report -j with each row of a table on one line
json_by_row() {
	exitstat report -j "$1" |
		sed -zE 's/\n {6,}("[^"\n]*": [^][{}\n]*)/ \1/g; s/\n {4,}\}/ }/g'
}

# csv_by_span FILE: print export with a line per distinct row: its first and last time,
# its number of samples, and the number of spans of consecutive samples. A sample that
# does not begin at the end of the last one is a separate line.
csv_by_span() {
	exitstat export "$1" | awk -F, -v OFS=, 'NR == 1 { print; next }
		NR > 2 && $1 != begin && $1 != end { print "begins late", $0 }
		$1 != begin { sample++ }
		{ begin = $1; end = $2; row = $0; sub(/[^,]*,[^,]*,/, "", row) }
		!samples[row]++ { rows[++nr] = row; from[row] = begin }
		!(row in last) || last[row] != sample - 1 { spans[row]++ }
		{ to[row] = end; last[row] = sample }
		END { for (i = 1; i <= nr; i++)
			print from[rows[i]], to[rows[i]], samples[rows[i]] " in " spans[rows[i]] " of", rows[i] }'
}

l1only_is_not_zero() {
	exitstat report -j l1only.x | has '"userspace": null'
	exitstat export l1only.x >csv
	grep -q 'IO_INSTRUCTION,io,101,,,,$' csv
	exitstat export -f json l1only.x | has '"fastpath":null'
	exitstat report l1only.x >words
	lacks "Accounting check" words
	lacks 'returned to user' words
}

export_sums() {
	local sum
	sum=$("$EXITSTAT" export all.x | sed 's/"[^"]*""[^"]*""[^"]*"/x/' |
		awk -F, 'NR > 1 { n += $11 } END { print n }')
	exitstat report -j all.x | has "\"exits\": $sum,"
}

# Print the formats of export -f from its help.
formats() {
	exitstat export --help |
		sed -n '/^Formats:/,/^Tables:/s/^  \([a-z-]*\) .*/\1/p'
}

# CSV and JSON have the same rows, and their sums equal the recording's.
export_tables() {
	local table names
	for table in $(tables); do
		exitstat export --table "$table" groups.x >"$table.csv"
		exitstat export groups.x --table "$table" -o copy.csv
		cmp "$table.csv" copy.csv
	done
	cmp exits.csv <("$EXITSTAT" export groups.x)
	exitstat export -f json groups.x >all.json
	mapfile -t names < <(tables)
	python3 - "${names[@]}" <<-'END'
		import csv, json, os, sys
		sys.path.insert(0, os.environ["TESTS"] + "/lib")
		import packs
		db = packs.connect("groups.x")
		whole = json.load(open("all.json"))
		sql = {"exits": "delta"}
		assert len(sys.argv) == 10, sys.argv
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
	exitstat export --table detail groups.x >csv
	grep -q ',0,vmx,30,IO_INSTRUCTION,io,1016,0x3f8 write,COM1 data,6007,0$' csv
	grep -q ',0,vmx,30,IO_INSTRUCTION,io,,other,,97,0$' csv
	exitstat export --table histogram groups.x >csv
	# bucket 11 begins at 2^10 cycles of 2 GHz
	grep -q ',vmx,30,IO_INSTRUCTION,io,11,1024,512,' csv
	exitstat export --table userspace groups.x | has ',2,IO,101$'
}

# A group that was off is an error or null, not an empty table.
export_without_groups() {
	cases <<-'END'
		1	exitstat export --table time -o off.csv all.x	all.x: the group time was off (record with --groups time)
		1	exitstat export --table vcpu-time all.x		the group time was off
		1	exitstat export --table histogram all.x		the group histogram
		1	exitstat export --table detail all.x		the group detail was
		1	exitstat export --table entries l1only.x	no entries: not provided by its source
		2	exitstat export --table tea all.x		tea: no such table (one of exits, entries, userspace, nested, modifiers, vcpu-time, time
		2	exitstat export -f tea all.x			tea: no such format (one of csv, json, trace
		2	exitstat export -f json --table time groups.x	--table excludes --format json
	END
	[ ! -e off.csv ]
	exitstat export -f json l1only.x | python3 -c 'import json, sys
o = json.load(sys.stdin)
assert all(o[k] is None for k in ("entries", "userspace", "time", "detail"))
assert o["exits"]'
}

# The pages have every table, format and group.
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
	exitstat export -o out.csv all.x
	exitstat export all.x | cmp - out.csv
	fails 1 'cannot create' exitstat export -o nowhere/out.csv all.x
}

report_without_groups() {
	exitstat report all.x >words
	lacks 'vCPU time by state' words
	cases <<-'END'
		1	exitstat report --detail all.x		all.x: the group detail was off (record with --groups detail)
		0	exitstat report --nested all.x		No exits of L2 were recorded
		1	exitstat report --nested l1only.x	l1only.x: its source does not distinguish L1 and L2
		0	exitstat report -j all.x		"costs": null
		0	exitstat report -j all.x		"nested": null
		0	exitstat report -j groups.x		"name": "TSC_DEADLINE"
		0	exitstat report -j groups.x		"exits_per_reflected": 2.5
		2	exitstat report -j --nested all.x	excludes --nested
	END
}

foreign_files() {
	local command file
	for command in report 'plot --term' export; do
		for file in text.x empty.x other.x; do
			cases <<<"1	exitstat $command $file	$file: not an exitstat recording"
		done
		cases <<<"1	exitstat $command none.x	none.x: No such file"
	done
}

make_foreign_files() {
	echo 'this is a text file, and long enough to look like something else' >text.x
	: >empty.x
	cp all.x other.x
	patch_bytes other.x 68 '\0\0\0\1'	# application_id
	local version
	for version in 1 2 3 4 5 8; do
		cp all.x v$version.x
		patch_bytes v$version.x 60 "\\0\\0\\0\\$(printf %o "$version")"	# user_version
	done
}

other_versions() {
	local version command why
	why="but exitstat $(<"$TOP/VERSION") reads formats 6 to 7 (record again, or use the exitstat that wrote it)"
	for version in 1 2 3 4 5 8; do
		for command in report 'plot --term' export; do
			cases <<<"1	exitstat $command v$version.x	v$version.x: recording of format $version, $why"
		done
	done
}

# A recording of format 6 has the same report and rows, except for what it lacks.
reads_format_6() {
	local format table
	"$BUILD/mkrec" same.x groups
	python3 "$TESTS/lib/packs.py" edit same.x 'UPDATE time SET sleeping_ns = 0'
	python3 "$TESTS/lib/packs.py" edit same.x 'DELETE FROM nested' 'DELETE FROM modifiers'
	for format in 7 6; do
		[ "$format" = 7 ] || python3 "$TESTS/lib/packs.py" old same.x
		[ "$(sqlite3 same.x 'PRAGMA user_version')" = "$format" ]
		{
			exitstat report same.x
			for table in $(tables); do
				{ exitstat export --table "$table" same.x || true; } 2>/dev/null
			done
		} | grep -v '^  lacks \|^          bus lock or' >report$format
	done
	grep '3,467' report6
	diff <(sed 's/,1$/,0/' report7 | grep -v ,bus_lock, | grep -v 'class,count$') \
		<(sed 's/,1$/,0/' report6)
	exitstat report same.x | tr -s ' \n' ' ' | has 'unavailable from source patched: exits received by L1'
	exitstat report --nested same.x | tr -s ' \n' ' ' |
		has '1,382 of them reflected .* 2.95 for each that it received: 2.45 exits here'
	exitstat export -f sqlite -o same.db same.x
	[ "$(sqlite3 same.db 'SELECT sum(handler_ns), sum(sleeping_ns) FROM time_total')" = \
		'114034000|0' ]
}

damaged_or_cut() {
	damaged 1999 all.x fine_or_one_line exitstat report
	head -c 9000 all.x >cut.x
	fails 1 'cut.x: damaged recording' exitstat report cut.x
}

draws() {
	local f
	for f in svg png pdf; do
		exitstat plot all.x -o "a.$f"
		exitstat plot all.x -o "b.$f"
		cmp "a.$f" "b.$f"
	done
	head -c 5 a.pdf | has '%PDF'
	head -c 4 a.png | has PNG
	grep -q '<svg' a.svg
	for f in time latency; do
		exitstat plot groups.x --chart "$f" -o a.svg
		exitstat plot groups.x --chart "$f" -n 20 -o "$f.svg"
		exitstat plot groups.x --chart "$f" -o b.svg
		cmp a.svg b.svg
		! "$EXITSTAT" plot groups.x -o b.svg || ! cmp -s a.svg b.svg
		exitstat plot groups.x --chart "$f" -n 1 -o a.png
	done
	exitstat plot all.x --chart exits -o b.svg
	exitstat plot nophases.x -o n.svg
	exitstat plot interrupted.x.part -n 1 -o i.svg
}

# Print the texts of an SVG file
svg_texts() {
	xmllint --xpath '//*[local-name()="text"]/text()' "$1"
}

svg_has_text() {
	exitstat plot all.x -o a.svg
	xmllint --noout a.svg
	xmllint --xpath '//*[local-name()="title"]/text()' a.svg |
		has 'VM exits in'
	xmllint --xpath '//*[local-name()="desc"]/text()' a.svg >desc
	cases <<-'END'
		0	cat desc	^Exits per second over time
		0	cat desc	IO_INSTRUCTION [0-9.]* %
		0	cat desc	Phases: firmware
		0	cat desc	kernel 6.12
	END
	svg_texts a.svg >texts
	cases <<-'END'
		0	cat texts	VM exits in
		0	cat texts	exit reason
		0	cat texts	IO_INSTRUCTION
		0	cat texts	exits per second, stacked by reason
		0	cat texts	seconds since
	END
	lacks '<image' a.svg
	[ "$(stat -c %s a.svg)" -lt 60000 ]
}

# named NAME: make a recording with this name of phases and VMs, an SQL expression
named() {
	cp all.x named.x
	sqlite3 named.x "UPDATE phase SET name = $1; UPDATE vm SET name = $1"
}

svg_escapes() {
	named "'<b>&amp;\"'"
	exitstat plot named.x -o a.svg
	xmllint --noout a.svg
	svg_texts a.svg | has '&lt;b&gt;&amp;amp;"'
	xmllint --xpath '//*[local-name()="title"]/text()' a.svg | has '&lt;b&gt;'
}

# Names that are cut within a character, are not UTF-8, or are not allowed in XML
plot_any_name() {
	local name f
	for name in "replace(printf('%100s', ''), ' ', 'ä')" \
		"CAST(x'61ff62' AS TEXT)" "'a' || char(65534)" "'a' || char(9)"; do
		named "$name"
		for f in svg png; do
			exitstat plot named.x -o "a.$f"
		done
		xmllint --noout a.svg
		svg_texts a.svg | has '^a\|^ä'
	done
}

# A viewer's font may be wider than the one that the text was cut for.
svg_fits() {
	local length='//*[local-name()="text"][@textLength]/text()'
	named "'the phase of a name that has to be cut'"
	exitstat plot named.x -o a.svg
	xmllint --xpath "$length" a.svg | has '^the phase of .*[.][.][.]$'
	named "'short'"
	exitstat plot named.x -o a.svg
	xmllint --xpath "$length" a.svg >texts || true
	lacks short texts
}

plot_errors() {
	cases <<-'END'
		2	exitstat plot all.x -o a.jpg			ends in .svg, .png or .pdf
		2	exitstat plot --reasons 0 all.x			reasons: 0
		1	exitstat plot all.x -o nowhere/a.svg		cannot create
		2	exitstat plot --term all.x -o a.svg		--term excludes --output
		2	exitstat plot --chart pie all.x -o a.svg	chart: pie: need exits, time or latency
		2	exitstat plot --chart time groups.x		requires --output
		1	exitstat plot --chart time all.x -o t.svg	all.x: the group time was off (record with --groups time)
		1	exitstat plot --chart latency all.x -o t.svg	all.x: the group histogram was off
	END
	[ ! -e t.svg ]
}

# SVG is written at the end; on a full disk, no file is left.
plot_full_disk() {
	mkdir small
	fails 1 'cannot write' limited 4 "$EXITSTAT" plot all.x -o small/a.svg
	[ -z "$(ls small)" ]
}

without_cairo() {
	fails 1 'built without cairo' "$BARE" plot all.x -o c.svg
	[ ! -e c.svg ]
	"$BARE" plot --term --ascii all.x | diff "$GOLDEN/plot.txt" -
}

utf8_blocks() {
	LC_ALL=C.UTF-8 "$EXITSTAT" plot all.x >utf
	grep -q '└' utf
	lacks $'\033' utf
	export LC_ALL=C.UTF-8
	on_terminal tty "$EXITSTAT" plot all.x
	grep -q $'\033\[38;2' tty
	NO_COLOR=1 on_terminal tty "$EXITSTAT" plot all.x
	lacks $'\033\[' tty
}

explains() {
	[ "$(exitstat explain | wc -l)" -gt 200 ]
	# a closed pipe is not an error
	{ exitstat explain 2>err || true; } | head -1 >/dev/null
	[ ! -s err ]
	cases <<-'END'
		0	exitstat explain --isa vmx 30			^IO_INSTRUCTION (vmx 30)
		0	exitstat explain --isa vmx 28			^CR_ACCESS
		0	exitstat explain exit_reason_ept_violation	vmx 48
		0	exitstat explain 0x400				^NPF (svm 0x400)
		0	exitstat explain -- -1				(svm -1)
	END
}

prepare() {
	recordings all l1only nophases groups interrupted
	make_foreign_files
}

prepare
check 'list: names, counts and states are printed' list_vms
check 'list: without VMs, it prints so; --root sets the root' list_nothing
check 'report: golden' golden report.txt "$EXITSTAT" report all.x
check 'report: golden: without phases' golden nophases.txt "$EXITSTAT" report nophases.x
check 'report: golden: JSON' golden report.json json_by_row all.x
check 'report: golden: all groups' golden groups.txt "$EXITSTAT" report groups.x
check 'report: golden: --nested' golden nested.txt "$EXITSTAT" report --nested groups.x
check 'report: golden: --detail' golden detail.txt "$EXITSTAT" report --detail groups.x
check 'report: groups that were not recorded are reported' report_without_groups
check 'report and terminal plot fit 80 columns' report_narrow
check 'data that a source does not have is unavailable, not 0' l1only_is_not_zero
check 'export: golden: CSV' golden export.txt csv_by_span l1only.x
check 'export: the sum of all rows is the total' export_sums
check 'export: every table is the same in CSV and JSON' export_tables
check 'export: values, buckets and returns have names' export_detail
check 'export: a group that was off is an error or null' export_without_groups
check 'the man pages have all tables, formats and groups' page_is_complete
check 'export: -o writes a file, or reports an error' export_to_file
check 'interrupted recordings are marked' cases <<-'END'
	1	exitstat report interrupted.x			interrupted.x.part is an interrupted
	0	exitstat report interrupted.x.part		^INTERRUPTED
	0	exitstat report -j interrupted.x.part		"interrupted": true
	0	exitstat plot --term --ascii interrupted.x.part	IO_INSTRUCTION
END
check 'foreign files are refused' foreign_files
check 'a recording of another version is refused' other_versions
check 'a recording of format 6 is read' reads_format_6
check 'damaged recordings do not crash the reader' damaged_or_cut
check 'plot: golden: terminal' golden plot.txt "$EXITSTAT" plot --term --ascii all.x
check 'plot: UTF-8 and colour are used on a terminal, except with NO_COLOR' utf8_blocks
if "$EXITSTAT" plot all.x -o probe.svg 2>/dev/null; then
	check 'plot: SVG, PNG and PDF are reproducible' draws
	check 'plot: SVG has real text, a title and a description' svg_has_text
	check 'plot: SVG escapes names' svg_escapes
	check 'plot: any name is drawn' plot_any_name
	check 'plot: a text that was cut has a fixed length' svg_fits
	check 'plot: a full disk leaves no file' plot_full_disk
else
	skip 'plot: SVG, PNG and PDF are reproducible' 'built without cairo'
	skip 'plot: SVG has real text, a title and a description' \
		'built without cairo'
	skip 'plot: SVG escapes names' 'built without cairo'
	skip 'plot: any name is drawn' 'built without cairo'
	skip 'plot: a text that was cut has a fixed length' \
		'built without cairo'
	skip 'plot: a full disk leaves no file' 'built without cairo'
fi
check 'plot: errors are one line' plot_errors
check 'plot: without cairo, --output is refused' without_cairo
check 'explain: finds a reason by name, number and prefix' explains
check 'explain: an unknown reason is refused' cases <<-'END'
	1	exitstat explain IO_INSTRUCTON		did you mean IO_INSTRUCTION
	1	exitstat explain --isa vmx 57005	no such exit reason
	1	exitstat explain ''			no such exit reason
	2	exitstat explain --isa arm 1		need vmx, svm, pvm or kvm
	2	exitstat explain HLT CPUID		one REASON at a time
END
check 'usage errors exit with 2' cases <<-END
	2	exitstat report	which FILE
	2	exitstat plot a.x b.x	one FILE at a time
	2	exitstat export -f xml all.x	no such format
	END
done_testing
