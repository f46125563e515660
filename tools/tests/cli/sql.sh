#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# SQL access: the totals of a recording and its export to SQLite, as in
# exitstat-recording(5). lib/packs.py is an independent reader of packed rows, by that
# page, to compare with the export's rows.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

export PAGE=$TOP/docs/man/exitstat-recording.5

make_recordings() {
	local kind
	recordings groups less l1only nophases empty interrupted
	mv interrupted.x.part interrupted.x
	for kind in groups less l1only nophases empty interrupted; do
		"$EXITSTAT" export -f sqlite -o "$kind.db" "$kind.x"
	done
}

# The examples give the printed output, for a recording with known counts.
examples() {
	"$BUILD/mkrec" boot.exitstat groups
	python3 - <<-'END'
		import os, re, shlex, sqlite3, subprocess
		page = open(os.environ["PAGE"]).read()
		page = page[page.index(".Sh EXAMPLES"):]
		queries = 0
		for block in re.findall(r"^\.Bd -literal.*?\n(.*?)\n\.Ed", page, re.S | re.M):
		    for text in block.split("$ ")[1:]:
		        command = re.match(r'[^"\n]*("[^"]*")?', text)[0]
		        want = text[len(command):].strip("\n")
		        words = shlex.split(command)
		        if words[0] == "exitstat":
		            subprocess.run([os.environ["EXITSTAT"]] + words[1:], check=True)
		            continue
		        assert words[0] == "sqlite3" and len(words) == 3, words
		        queries += 1
		        rows = sqlite3.connect(words[1]).execute(words[2])
		        got = "\n".join("|".join(map(str, row)) for row in rows)
		        assert got == want != "", (words[2], got, want)
		assert queries == 3, queries
	END
}

# described FILE EXCEPT...: the page has its tables, views and columns, and no others
# except EXCEPT.
described() {
	python3 - "$@" <<-'END'
		import os, re, sqlite3, sys
		file, *others = sys.argv[1:]
		text = open(os.environ["PAGE"]).read()
		page = dict(re.findall(r"^\.Ss (\w+)\((.*)\)$", text, re.M))
		db = sqlite3.connect(file)
		version, = db.execute("PRAGMA user_version").fetchone()
		assert f"user_version\nis {version}.\n" in text, version
		names = [n for n, in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
		assert len(names) > 20 and set(others) <= set(page)
		assert set(names) == set(page) - set(others), set(names) ^ set(page)
		for name in names:
		    columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
		    assert ", ".join(columns) == page[name], (name, columns, page[name])
	END
}

page_has_the_schema() {
	described groups.x delta entries userspace nested modifiers vcpu_time time histogram
	described groups.db pack block
}

# The sums of the export's rows by SQL equal the totals, also in a complete recording.
# Views omit no row.
totals_are_sums() {
	python3 - <<-'END'
		import os, sqlite3, sys
		sys.path.insert(0, os.environ["TESTS"] + "/lib")
		import packs
		def table(file, query):
		    return sorted(sqlite3.connect(file).execute(query).fetchall(), key=repr)
		for name in "groups", "less", "l1only", "nophases", "empty", "interrupted":
		    for kind, (keys, values) in packs.KINDS.items():
		        keys, values = keys.split(), values.split()
		        sums = [f"{'max' if v == 'max_ns' else 'sum'}({v})" for v in values]
		        of = ", ".join(keys)
		        want = table(name + ".db", f"SELECT phase, {of}, {', '.join(sums)} FROM {kind} "
		                     f"JOIN sample ON sample.id = sample GROUP BY phase, {of}")
		        assert table(name + ".db", f"SELECT * FROM {kind}_total") == want, (name, kind)
		        if name != "interrupted":
		            assert table(name + ".x", f"SELECT * FROM {kind}_total") == want, (name, kind)
		        rows = packs.connect(name + ".x").execute(f"SELECT * FROM temp.{kind}")
		        assert table(name + ".db", f"SELECT * FROM {kind}") == sorted(rows, key=repr)
		        assert want or name == "empty" or kind not in ("delta", "entries") or name == "l1only"
		    for view, of in {"totals": ("delta", "time"), "totals_vcpu": ("entries", "vcpu_time"),
		                     "totals_userspace": ("userspace",), "totals_histogram": ("histogram",)}.items():
		        for kind in of:
		            for value in packs.KINDS[kind][1].split():
		                assert table(name + ".db", f"SELECT sum({value}) FROM {view}") == \
		                    table(name + ".db", f"SELECT sum({value}) FROM {kind}_total"), (view, value)
		    for what in "meta", "vm", "vcpu", "reason", "sample", "phase", "kvm_exit", "detail":
		        query = f"SELECT *{', typeof(value)' if what == 'meta' else ''} FROM {what}"
		        assert table(name + ".db", query) == table(name + ".x", query), (name, what)
		    upto, = sqlite3.connect(name + ".db").execute("SELECT sample FROM totals_upto").fetchone()
		    assert upto == 56
	END
}

# The totals equal those of report and export, which read the samples.
totals_are_reports() {
	sqlite3_ groups.x "SELECT reason, sum(exits) AS n FROM totals
		GROUP BY reason ORDER BY n DESC, code" >got
	"$EXITSTAT" report -j groups.x | python3 -c 'import json, sys
for r in json.load(sys.stdin)["reasons"]: print(r["name"], r["exits"])' | diff - got
	sqlite3_ groups.x "SELECT sum(count), min(from_ns), sum(count * from_cyc)
		FROM totals_histogram" >got
	"$EXITSTAT" export --table histogram groups.x | python3 -c 'import csv, sys
rows = list(csv.DictReader(sys.stdin))
print(sum(int(r["count"]) for r in rows), min(int(r["from_ns"]) for r in rows),
      sum(int(r["count"]) * int(r["from_cyc"]) for r in rows))' | diff - got
}

sqlite3_() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)' "$@"
}

export_replaces_with_force() {
	echo precious >kept.db
	fails 1 'kept.db: File exists (choose another name with -o, or use --force)' \
		exitstat export -f sqlite -o kept.db groups.x
	[ "$(<kept.db)" = precious ]
	exitstat export -f sqlite --force -o kept.db groups.x
	cmp kept.db groups.db
	cases <<-'END'
		2	exitstat export -f sqlite groups.x	--format sqlite requires --output FILE
		2	exitstat export -f sqlite -o - groups.x	--format sqlite requires --output FILE
		2	exitstat export -f sqlite --table time -o t.db groups.x	--table excludes --format sqlite
	END
	[ ! -e t.db ]
}

limited_size() {
	mkdir small
	fails 1 'small/a.db: ' limited 40 "$EXITSTAT" export -f sqlite -o small/a.db groups.x
	[ -z "$(ls small)" ]
	fails 1 'none/a.db: cannot create: No such file' \
		exitstat export -f sqlite -o none/a.db groups.x
}

full_disk_inner() {
	mount -t tmpfs -o size=100k none "$T/disk"
	fails 1 'disk/a.db: disk full (free some space; nothing was written)' \
		"$EXITSTAT" export -f sqlite -o disk/a.db groups.x
	[ -z "$(ls disk)" ]
}

full_disk() {
	mkdir disk
	export -f full_disk_inner fails
	export T EXITSTAT
	unshare -m bash -euc full_disk_inner
}

# Progress is shown only on a terminal.
quiet_in_pipes() {
	"$EXITSTAT" export -f sqlite --force -o q.db groups.x >said 2>&1
	[ ! -s said ]
}

make_recordings
check 'the examples in exitstat-recording(5) are up to date' examples
check 'the page describes the version, all tables, views and columns' page_has_the_schema
check 'totals are the sums of the rows, in recording and export' totals_are_sums
check 'totals equal those of report and CSV' totals_are_reports
check 'export -f sqlite replaces no file without --force' export_replaces_with_force
check 'an export is refused as a recording' cases <<-'END'
	1	exitstat report groups.db	groups.db: an SQLite export, not a recording
	1	exitstat export groups.db	groups.db: an SQLite export, not a recording
END
check 'export -f sqlite: no partial file is left' limited_size
check_mounting 'export -f sqlite: a full disk is reported' full_disk
check 'export -f sqlite: progress is shown only on a terminal' quiet_in_pipes
done_testing
