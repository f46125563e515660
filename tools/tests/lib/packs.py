#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Read and write the packed rows of a recording, as described in
exitstat-recording(5), independently of the tool's own code.

    packs.py sql FILE QUERY     print the rows of a query
    packs.py edit FILE SQL...   change the recording
    packs.py old FILE           turn it into format 6, which lacks some of its data

The packed rows are available as tables (delta, entries, ...) and are packed again
after an edit. An edit deletes the block summaries and totals, which would be out of
date.
"""
import sqlite3
import sys

# keys and values of each kind; the first key is the vCPU
KINDS = {
    "delta": ("vcpu reason", "l1 l2 reflected fastpath userspace"),
    "entries": ("vcpu", "attempts entry_failed entry_emulated"),
    "userspace": ("vcpu kvm_exit", "count"),
    "nested": ("vcpu reason", "count"),
    "modifiers": ("vcpu", "bus_lock enclave forced"),
    "vcpu_time": ("vcpu", "elapsed_ns guest_ns"),
    "time": ("vcpu reason",
             "handler_ns userspace_ns polling_ns blocked_ns preempted_ns "
             "sleeping_ns max_ns"),
    "histogram": ("vcpu reason bucket", "count"),
}
OTHER_STATE = OTHER_VCPU = 0x80


def get_number(data, at):
    n = shift = 0
    while True:
        byte = data[at]
        n |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return n, at


def unpack(kind, data):
    keys, values = (len(words.split()) for words in KINDS[kind])
    at = vcpu = nulls = 0
    while at < len(data):
        what, at = data[at], at + 1
        if what & OTHER_STATE:
            state, at = data[at], at + 1
            nulls = state & ~OTHER_VCPU
            if state & OTHER_VCPU:
                n, at = get_number(data, at)
                vcpu += -(n + 1 >> 1) if n & 1 else n >> 1
        row = [vcpu]
        for _ in range(keys - 1):
            n, at = get_number(data, at)
            row.append(n)
        for i in range(values):
            n = None if nulls >> i & 1 else 0
            if what >> i & 1:
                n, at = get_number(data, at)
            row.append(n)
        yield row


def put_number(out, n):
    n &= (1 << 64) - 1
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)


def put_flags(out, there, nulls, last_nulls, other_vcpu):
    other = nulls != last_nulls or other_vcpu
    out.append(there | (OTHER_STATE if other else 0))
    if other:
        out.append(nulls | (OTHER_VCPU if other_vcpu else 0))


def put_flags_v6(out, there, nulls, last_nulls, other_vcpu):
    out.append(there | (0x80 if nulls != last_nulls else 0) | (0x40 if other_vcpu else 0))
    if nulls != last_nulls:
        out.append(nulls)


def pack(kind, rows, flags=put_flags):
    keys = len(KINDS[kind][0].split())
    out, vcpu, nulls = bytearray(), 0, 0
    for row in rows:
        values = row[keys:]
        now = sum(1 << i for i, n in enumerate(values) if n is None)
        flags(out, sum(1 << i for i, n in enumerate(values) if n), now, nulls, row[0] != vcpu)
        if row[0] != vcpu:
            d = row[0] - vcpu
            put_number(out, 2 * d if d > 0 else -2 * d - 1)
        vcpu, nulls = row[0], now
        for n in row[1:keys]:
            put_number(out, n)
        for n in values:
            if n:
                put_number(out, n)
    return bytes(out)


def insert(db, table, rows):
    rows = list(rows)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def connect(file):
    """Open a recording and add its rows as tables."""
    db = sqlite3.connect(file, isolation_level=None)
    for kind, columns in KINDS.items():
        names = ", ".join(" ".join(columns).split())
        db.execute(f"CREATE TEMP TABLE {kind}(sample, {names})")
        packs = db.execute(f"SELECT sample, {kind} FROM pack WHERE {kind} IS NOT NULL").fetchall()
        insert(db, f"temp.{kind}", ([sample] + row for sample, data in packs
                                    for row in unpack(kind, data)))
    db.execute("BEGIN")
    return db


def store(db):
    """Pack the rows again and commit the transaction of connect()."""
    for table in ["pack", "block"] + [kind + "_total" for kind in KINDS]:
        db.execute(f"DELETE FROM {table}")
    db.execute("UPDATE totals_upto SET sample = 0")
    for kind in KINDS:
        samples = {}
        for sample, *row in db.execute(f"SELECT * FROM temp.{kind} ORDER BY sample"):
            samples.setdefault(sample, []).append(row)
        db.executemany(f"INSERT INTO pack(sample, {kind}) VALUES (?, ?) "
                       f"ON CONFLICT DO UPDATE SET {kind} = excluded.{kind}",
                       ((sample, pack(kind, rows)) for sample, rows in samples.items()))
    db.execute("COMMIT")


def sql(file, query):
    for row in connect(file).execute(query):
        print(*row)


def edit(file, *statements):
    db = connect(file)
    for statement in statements:
        db.execute(statement)
    store(db)


def v6_bytes(kind, data):
    rows = unpack(kind, data)
    if kind == "time":  # without sleeping_ns
        rows = (row[:7] + row[8:] for row in rows)
    return pack(kind, rows, put_flags_v6)


def old(file):
    db = sqlite3.connect(file, isolation_level=None)
    new = ("nested", "modifiers")
    for view, in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        db.execute(f"DROP VIEW {view}")
    for table, key in ("pack", "sample"), ("block", "id"):
        for kind in KINDS:
            if kind in new:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {kind}")
                continue
            rows = db.execute(f"SELECT {key}, {kind} FROM {table} WHERE {kind} IS NOT NULL")
            db.executemany(f"UPDATE {table} SET {kind} = ?2 WHERE {key} = ?1",
                           [(id, v6_bytes(kind, data)) for id, data in rows.fetchall()])
    for kind in new:
        db.execute(f"DROP TABLE {kind}_total")
    db.execute("ALTER TABLE time_total DROP COLUMN sleeping_ns")
    db.execute("ALTER TABLE detail DROP COLUMN at_least")
    db.execute("UPDATE meta SET value = replace(replace(value, ' nested', ''), ' modifiers', '') "
               "WHERE key = 'fields'")
    db.execute("PRAGMA user_version = 6")


if __name__ == "__main__":
    {f.__name__: f for f in (sql, edit, old)}[sys.argv[1]](*sys.argv[2:])
