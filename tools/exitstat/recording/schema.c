// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements schema.h. Each kind of numbers (pack.h) is a column of bytes in a
 * recording and a table of rows in an export; both have a table of its totals.
 */
#include "recording/reader.h"
#include "recording/schema.h"

/* ---- tables with plain rows ---- */

#define ROWS(_row, _array) \
	.size = sizeof(struct rec_##_row), \
	.array = offsetof(struct recording, _array), \
	.nr = offsetof(struct recording, nr_##_array)
#define COLUMN(_row, _field, _type, _sql) \
	{ #_field, _sql, _type, offsetof(struct rec_##_row, _field) }
#define U32(_row, _field) COLUMN(_row, _field, REC_U32, " INTEGER NOT NULL")
#define U64(_row, _field) COLUMN(_row, _field, REC_U64, " INTEGER NOT NULL")
#define TIME(_row, _field) COLUMN(_row, _field, REC_TIME, " INTEGER")
#define TEXT(_row, _field) COLUMN(_row, _field, REC_TEXT, " TEXT NOT NULL")

const struct rec_layout rec_layouts[REC_NR_TABLES] = {
	[REC_META] = { "meta", "INSERT OR REPLACE", false, ") WITHOUT ROWID",
		ROWS(meta, meta), {
		COLUMN(meta, key, REC_TEXT, " TEXT PRIMARY KEY"),
		COLUMN(meta, value, REC_VALUE, "") } },
	[REC_VM] = { "vm", "INSERT", true, ")", ROWS(vm, vms), {
		U64(vm, vm_id), U32(vm, pid), TEXT(vm, name),
		TEXT(vm, comm), TEXT(vm, cmdline),
		COLUMN(vm, machine, REC_TEXT_OR_NULL, " TEXT"),
		U64(vm, created_ns), TIME(vm, destroyed_ns) } },
	[REC_VCPU] = { "vcpu", "INSERT", true, ")", ROWS(vcpu, vcpus), {
		COLUMN(vcpu, vm, REC_OF_VM, " INTEGER NOT NULL REFERENCES vm"),
		U32(vcpu, vcpu_id),
		COLUMN(vcpu, unknown_last, REC_UNKNOWN, " INTEGER") } },
	[REC_REASON] = { "reason", "INSERT", true, ", UNIQUE(isa, code))",
		ROWS(reason, reasons), {
		TEXT(reason, isa), U64(reason, code),
		TEXT(reason, name), TEXT(reason, class),
		TEXT(reason, meaning), TEXT(reason, reference) } },
	[REC_SAMPLE] = { "sample", "INSERT", true, ")",
		ROWS(sample, samples), {
		U64(sample, begin_ns), U64(sample, end_ns),
		U64(sample, missed),
		COLUMN(sample, phase, REC_OF_PHASE, " INTEGER NOT NULL") } },
	[REC_PHASE] = { "phase", "INSERT", true, ")", ROWS(phase, phases), {
		TEXT(phase, name), U64(phase, begin_ns),
		TIME(phase, end_ns), TEXT(phase, line) } },
	[REC_KVM_EXIT] = { "kvm_exit", "INSERT OR IGNORE", false, ")",
		ROWS(kvm_exit, kvm_exits), {
		COLUMN(kvm_exit, code, REC_U32, " INTEGER PRIMARY KEY"),
		TEXT(kvm_exit, name) } },
};

static const char totals_upto[] =
	"CREATE TABLE totals_upto(sample INTEGER NOT NULL);"
	"INSERT INTO totals_upto VALUES(0);";

/* ---- bytes of samples and of blocks, only in a recording ---- */

#define KINDS " delta BLOB, entries BLOB, userspace BLOB, nested BLOB,"\
	      " modifiers BLOB, vcpu_time BLOB, time BLOB, histogram BLOB"

static const char packs[] =
	"CREATE TABLE pack(sample INTEGER PRIMARY KEY," KINDS ");"
	"CREATE TABLE block(id INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,"
	" missed INTEGER NOT NULL, phase INTEGER NOT NULL," KINDS ");";

/* ---- views, with the column names of exitstat-export(1) ---- */

#define PLACE	" t.phase AS phase_id, phase.name AS phase, vm.vm_id AS vm,"\
		" vm.name AS name, vcpu.vcpu_id AS vcpu"
#define REASON	" reason.isa AS isa, reason.code AS code,"\
		" reason.name AS reason, reason.class AS class"
#define OF_PHASE " LEFT JOIN phase ON phase.id = t.phase"
#define OF_VCPU	" JOIN vcpu ON vcpu.id = t.vcpu JOIN vm ON vm.id = vcpu.vm"
#define OF_REASON " JOIN reason ON reason.id = t.reason"

/* Time can be charged to a reason without an exit in that phase. */
static const char views[] =
	"CREATE VIEW totals AS SELECT" PLACE "," REASON ","
	" ifnull(l1, 0) + ifnull(l2, 0) AS exits, l1, l2, reflected,"
	" fastpath, userspace, handler_ns, userspace_ns, polling_ns,"
	" blocked_ns, preempted_ns, sleeping_ns, max_ns"
	" FROM (SELECT phase, vcpu, reason FROM delta_total"
	"  UNION SELECT phase, vcpu, reason FROM time_total) AS t"
	" LEFT JOIN delta_total USING(phase, vcpu, reason)"
	" LEFT JOIN time_total USING(phase, vcpu, reason)"
	OF_PHASE OF_VCPU OF_REASON ";"
	"CREATE VIEW totals_vcpu AS SELECT" PLACE ","
	" attempts, entry_failed, entry_emulated, elapsed_ns, guest_ns,"
	" bus_lock, enclave, forced"
	" FROM (SELECT phase, vcpu FROM entries_total"
	"  UNION SELECT phase, vcpu FROM modifiers_total"
	"  UNION SELECT phase, vcpu FROM vcpu_time_total) AS t"
	" LEFT JOIN entries_total USING(phase, vcpu)"
	" LEFT JOIN modifiers_total USING(phase, vcpu)"
	" LEFT JOIN vcpu_time_total USING(phase, vcpu)"
	OF_PHASE OF_VCPU ";"
	"CREATE VIEW totals_userspace AS SELECT" PLACE ","
	" kvm_exit, kvm_exit.name AS kvm_exit_name, count"
	" FROM userspace_total AS t"
	" LEFT JOIN kvm_exit ON kvm_exit.code = t.kvm_exit"
	OF_PHASE OF_VCPU ";"
	"CREATE VIEW totals_nested AS SELECT" PLACE "," REASON ", count"
	" FROM nested_total AS t" OF_PHASE OF_VCPU OF_REASON ";"
	"CREATE VIEW totals_histogram AS SELECT" PLACE "," REASON ","
	" bucket, from_cyc, CAST(round(from_cyc * 1e6 / (SELECT value FROM meta"
	"  WHERE key = 'tsc_khz')) AS INTEGER) AS from_ns, count"
	" FROM (SELECT *, CASE bucket WHEN 0 THEN 0 ELSE 1 << (bucket - 1) END"
	"  AS from_cyc FROM histogram_total) AS t"
	OF_PHASE OF_VCPU OF_REASON ";"
	"CREATE VIEW details AS SELECT vm.vm_id AS vm, vm.name AS name,"
	" vcpu.vcpu_id AS vcpu," REASON ", value, other, count, at_least"
	" FROM detail AS t" OF_VCPU OF_REASON ";";

/* ---- tables of numbers ---- */

#define VCPU_ID		{ "vcpu", REC_VCPU_ID }
#define REASON_ID	{ "reason", REC_REASON_ID }
#define COUNT(_name)	{ #_name, REC_COUNT }
#define OR_NULL(_name)	{ #_name, REC_COUNT_OR_NULL }

const struct rec_numbers rec_numbers[PACK_NR_SHAPES][PACK_MAX_NUMBERS] = {
	[PACK_DELTA] = { VCPU_ID, REASON_ID, COUNT(l1), OR_NULL(l2),
		OR_NULL(reflected), OR_NULL(fastpath), OR_NULL(userspace) },
	[PACK_ENTRIES] = { VCPU_ID, COUNT(attempts), COUNT(entry_failed),
		COUNT(entry_emulated) },
	[PACK_USERSPACE] = { VCPU_ID, { "kvm_exit", REC_CODE }, COUNT(count) },
	[PACK_NESTED] = { VCPU_ID, REASON_ID, COUNT(count) },
	[PACK_MODIFIERS] = { VCPU_ID, COUNT(bus_lock), COUNT(enclave),
		COUNT(forced) },
	[PACK_VCPU_TIME] = { VCPU_ID, COUNT(elapsed_ns), COUNT(guest_ns) },
	[PACK_TIME] = { VCPU_ID, REASON_ID, COUNT(handler_ns),
		COUNT(userspace_ns), COUNT(polling_ns), COUNT(blocked_ns),
		COUNT(preempted_ns), COUNT(sleeping_ns), OR_NULL(max_ns) },
	[PACK_HISTOGRAM] = { VCPU_ID, REASON_ID, { "bucket", REC_BUCKET },
		COUNT(count) },
	[PACK_DETAIL] = { VCPU_ID, REASON_ID, COUNT(value),
		{ "other", REC_FLAG }, COUNT(count), { "at_least", REC_FLAG } },
};

static const char *const number_types[] = {
	[REC_VCPU_ID] = "INTEGER NOT NULL REFERENCES vcpu",
	[REC_REASON_ID] = "INTEGER NOT NULL REFERENCES reason",
	[REC_CODE] = "INTEGER NOT NULL REFERENCES kvm_exit(code)",
	[REC_BUCKET] = "INTEGER NOT NULL",
	[REC_FLAG] = "INTEGER NOT NULL",
	[REC_COUNT] = "INTEGER NOT NULL",
	[REC_COUNT_OR_NULL] = "INTEGER",
};

static const struct {
	const char *suffix;
	const char *first;	/* first column, or NULL */
	const char *insert, *conflict;
} sorts[] = {
	[REC_ROWS] = { "", "sample", "INSERT", "" },
	[REC_TOTALS] = { "_total", "phase", "REPLACE", "" },
	[REC_DETAILS] = { "", NULL, "INSERT",
		" ON CONFLICT DO UPDATE SET count=count+excluded.count,"
		" at_least=max(at_least, excluded.at_least)" },
};

/* ---- as SQL ---- */

static void create(struct buf *sql, const struct rec_layout *l)
{
	buf_printf(sql, "CREATE TABLE %s(%s", l->name,
		   l->has_id ? "id INTEGER PRIMARY KEY" : "");
	for (const struct rec_column *c = l->columns; c->name; c++)
		buf_printf(sql, "%s%s%s", l->has_id || c != l->columns ?
			   ", " : "", c->name, c->sql);
	buf_printf(sql, "%s;", l->end);
}

static void create_numbers(struct buf *sql, enum pack_kind kind,
			   enum rec_sort sort)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	const struct rec_numbers *n = rec_numbers[kind];
	const char *first = sorts[sort].first;

	buf_printf(sql, "CREATE TABLE %s%s(", shape->name, sorts[sort].suffix);
	if (first)
		buf_printf(sql, "%s INTEGER NOT NULL, ", first);
	for (int i = 0; i < shape->keys + shape->values; i++)
		buf_printf(sql, "%s %s, ", n[i].name, number_types[n[i].is]);
	buf_printf(sql, "PRIMARY KEY(%s%s%s", first ? first : "",
		   first ? ", " : "", n[0].name);
	for (int i = 1; i < shape->keys; i++)
		buf_printf(sql, ", %s", n[i].name);
	buf_printf(sql, ")) WITHOUT ROWID;");
}

static void create_kinds(struct buf *sql, enum rec_sort sort)
{
	for (int i = 0; i < PACK_NR_KINDS; i++)
		create_numbers(sql, (enum pack_kind)i, sort);
}

void rec_schema_create(struct buf *sql, bool rows)
{
	for (int i = 0; i < REC_NR_TABLES; i++)
		create(sql, &rec_layouts[i]);
	create_numbers(sql, PACK_DETAIL, REC_DETAILS);
	buf_printf(sql, "%s", totals_upto);
	if (rows)
		create_kinds(sql, REC_ROWS);
	else
		buf_printf(sql, "%s", packs);
	create_kinds(sql, REC_TOTALS);
	buf_printf(sql, "%s", views);
}

/* Append a parameter for each of @nr columns. */
static void insert(struct buf *sql, const char *verb, const char *name,
		   const char *suffix, int nr)
{
	buf_printf(sql, "%s INTO %s%s VALUES(?", verb, name, suffix);
	while (--nr > 0)
		buf_printf(sql, ",?");
	buf_printf(sql, ")");
}

void rec_schema_insert(struct buf *sql, enum rec_table table)
{
	const struct rec_layout *l = &rec_layouts[table];
	int nr = l->has_id;

	for (const struct rec_column *c = l->columns; c->name; c++)
		nr++;
	insert(sql, l->insert, l->name, "", nr);
}

void rec_schema_insert_numbers(struct buf *sql, enum pack_kind kind,
			       enum rec_sort sort)
{
	const struct pack_shape *shape = &pack_shapes[kind];

	insert(sql, sorts[sort].insert, shape->name, sorts[sort].suffix,
	       !!sorts[sort].first + shape->keys + shape->values);
	buf_printf(sql, "%s", sorts[sort].conflict);
}

void rec_schema_select(struct buf *sql, enum rec_table table)
{
	const struct rec_layout *l = &rec_layouts[table];

	buf_printf(sql, "SELECT %s", l->has_id ? "id" : "0");
	for (const struct rec_column *c = l->columns; c->name; c++)
		buf_printf(sql, ", %s", c->name);
	buf_printf(sql, " FROM %s ORDER BY %s", l->name,
		   l->has_id ? "id" : l->columns[0].name);
}
