// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements schema.h. Each kind of numbers (pack.h) is a column of bytes in a
 * recording, and a table of rows in an export; both have a table of its totals.
 */
#include <stdio.h>

#include "recording/schema.h"

const char rec_schema_tables[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE vm(id INTEGER PRIMARY KEY, vm_id INTEGER NOT NULL,"
	" pid INTEGER NOT NULL, name TEXT NOT NULL, comm TEXT NOT NULL,"
	" cmdline TEXT NOT NULL, machine TEXT, created_ns INTEGER NOT NULL,"
	" died_ns INTEGER);"
	"CREATE TABLE vcpu(id INTEGER PRIMARY KEY,"
	" vm INTEGER NOT NULL REFERENCES vm, vcpu_id INTEGER NOT NULL,"
	" unknown_last INTEGER);"
	"CREATE TABLE reason(id INTEGER PRIMARY KEY, isa TEXT NOT NULL,"
	" code INTEGER NOT NULL, name TEXT NOT NULL,"
	" class TEXT NOT NULL, meaning TEXT NOT NULL, reference TEXT NOT NULL,"
	" UNIQUE(isa, code));"
	"CREATE TABLE sample(id INTEGER PRIMARY KEY, begin_ns INTEGER NOT NULL,"
	" end_ns INTEGER NOT NULL, missed INTEGER NOT NULL,"
	" phase INTEGER NOT NULL);"
	"CREATE TABLE phase(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER, line TEXT NOT NULL);"
	"CREATE TABLE kvm_exit(code INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE detail(vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, value INTEGER NOT NULL,"
	" other INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(vcpu, reason, value, other)) WITHOUT ROWID;"
	"CREATE TABLE totals_upto(sample INTEGER NOT NULL);"
	"INSERT INTO totals_upto VALUES(0);";

#define KINDS " delta BLOB, closure BLOB, userspace BLOB, vcpu_time BLOB,"\
	      " time BLOB, histogram BLOB"

const char rec_schema_packs[] =
	"CREATE TABLE pack(sample INTEGER PRIMARY KEY," KINDS ");"
	"CREATE TABLE run(id INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,"
	" missed INTEGER NOT NULL, phase INTEGER NOT NULL," KINDS ");";

/* ---- views: the columns have the names of exitstat-export(1) ---- */

#define PLACE	" t.phase AS phase_id, phase.name AS phase, vm.vm_id AS vm,"\
		" vm.name AS name, vcpu.vcpu_id AS vcpu"
#define REASON	" reason.isa AS isa, reason.code AS code,"\
		" reason.name AS reason, reason.class AS class"
#define OF_PHASE " LEFT JOIN phase ON phase.id = t.phase"
#define OF_VCPU	" JOIN vcpu ON vcpu.id = t.vcpu JOIN vm ON vm.id = vcpu.vm"
#define OF_REASON " JOIN reason ON reason.id = t.reason"

/* Times are charged to reasons without an exit in that phase, too. */
const char rec_schema_views[] =
	"CREATE VIEW totals AS SELECT" PLACE "," REASON ","
	" ifnull(l1, 0) + ifnull(l2, 0) AS exits, l1, l2, l2_reflected,"
	" fastpath, userspace, handler_ns, userspace_ns, polling_ns,"
	" blocked_ns, preempted_ns, max_ns"
	" FROM (SELECT phase, vcpu, reason FROM delta_total"
	"  UNION SELECT phase, vcpu, reason FROM time_total) AS t"
	" LEFT JOIN delta_total USING(phase, vcpu, reason)"
	" LEFT JOIN time_total USING(phase, vcpu, reason)"
	OF_PHASE OF_VCPU OF_REASON ";"
	"CREATE VIEW totals_vcpu AS SELECT" PLACE ","
	" attempts, entry_failed, emulation, elapsed_ns, guest_ns"
	" FROM (SELECT phase, vcpu FROM closure_total"
	"  UNION SELECT phase, vcpu FROM vcpu_time_total) AS t"
	" LEFT JOIN closure_total USING(phase, vcpu)"
	" LEFT JOIN vcpu_time_total USING(phase, vcpu)"
	OF_PHASE OF_VCPU ";"
	"CREATE VIEW totals_userspace AS SELECT" PLACE ","
	" kvm_exit, kvm_exit.name AS kvm_exit_name, count"
	" FROM userspace_total AS t"
	" LEFT JOIN kvm_exit ON kvm_exit.code = t.kvm_exit"
	OF_PHASE OF_VCPU ";"
	"CREATE VIEW totals_histogram AS SELECT" PLACE "," REASON ","
	" bucket, from_cyc, CAST(round(from_cyc * 1e6 / (SELECT value FROM meta"
	"  WHERE key = 'tsc_khz')) AS INTEGER) AS from_ns, count"
	" FROM (SELECT *, CASE bucket WHEN 0 THEN 0 ELSE 1 << (bucket - 1) END"
	"  AS from_cyc FROM histogram_total) AS t"
	OF_PHASE OF_VCPU OF_REASON ";"
	"CREATE VIEW details AS SELECT vm.vm_id AS vm, vm.name AS name,"
	" vcpu.vcpu_id AS vcpu," REASON ", value, other, count"
	" FROM detail AS t" OF_VCPU OF_REASON ";";

/* ---- tables of numbers ---- */

#define VCPU_ID		"vcpu INTEGER NOT NULL REFERENCES vcpu"
#define REASON_ID	"reason INTEGER NOT NULL REFERENCES reason"

/* After the first column; pack_shapes has their numbers. */
static const struct {
	const char *columns;
	const char *keys;
} kinds[PACK_NR_KINDS] = {
	[PACK_DELTA] = { VCPU_ID ", " REASON_ID ", l1 INTEGER NOT NULL,"
		" l2 INTEGER, l2_reflected INTEGER, fastpath INTEGER,"
		" userspace INTEGER", "vcpu, reason" },
	[PACK_CLOSURE] = { VCPU_ID ", attempts INTEGER NOT NULL,"
		" entry_failed INTEGER NOT NULL, emulation INTEGER NOT NULL",
		"vcpu" },
	[PACK_VCPU_TIME] = { VCPU_ID ", elapsed_ns INTEGER NOT NULL,"
		" guest_ns INTEGER NOT NULL", "vcpu" },
	[PACK_TIME] = { VCPU_ID ", " REASON_ID ","
		" handler_ns INTEGER NOT NULL, userspace_ns INTEGER NOT NULL,"
		" polling_ns INTEGER NOT NULL, blocked_ns INTEGER NOT NULL,"
		" preempted_ns INTEGER NOT NULL, max_ns INTEGER",
		"vcpu, reason" },
	[PACK_HISTOGRAM] = { VCPU_ID ", " REASON_ID ","
		" bucket INTEGER NOT NULL, count INTEGER NOT NULL",
		"vcpu, reason, bucket" },
	[PACK_USERSPACE] = { VCPU_ID ","
		" kvm_exit INTEGER NOT NULL REFERENCES kvm_exit(code),"
		" count INTEGER NOT NULL", "vcpu, kvm_exit" },
};

static const struct {
	const char *insert;
	const char *suffix;
	const char *first;	/* column */
} tables[] = {
	[REC_TABLE_ROWS] = { "INSERT", "", "sample" },
	[REC_TABLE_TOTALS] = { "REPLACE", "_total", "phase" },
};

void rec_schema_create(char out[REC_SQL_MAX], enum pack_kind kind,
		       enum rec_table table)
{
	const char *first = tables[table].first;

	snprintf(out, REC_SQL_MAX,
		 "CREATE TABLE %s%s(%s INTEGER NOT NULL, %s, PRIMARY KEY(%s, %s)) WITHOUT ROWID",
		 pack_shapes[kind].name, tables[table].suffix, first,
		 kinds[kind].columns, first, kinds[kind].keys);
}

void rec_schema_insert(char out[REC_SQL_MAX], enum pack_kind kind,
		       enum rec_table table)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	int len = snprintf(out, REC_SQL_MAX, "%s INTO %s%s VALUES(?",
			   tables[table].insert, shape->name,
			   tables[table].suffix);

	for (int i = 0; i < shape->keys + shape->values; i++)
		len += snprintf(out + len, REC_SQL_MAX - (size_t)len, ",?");
	snprintf(out + len, REC_SQL_MAX - (size_t)len, ")");
}
