snapshot |/* SPDX-License-Identifier: GPL-2.0-only */
snapshot |/*
snapshot | * KVM exit statistics: the binary snapshot.
snapshot | */
snapshot |#ifndef KES_SNAPSHOT_H
snapshot |#define KES_SNAPSHOT_H
snapshot |
snapshot |#include <linux/list.h>
snapshot |#include <linux/types.h>
changes  |
changes  |struct kes_changes;
snapshot |
snapshot |/**
snapshot | * struct kes_snapshot - the bytes of a snapshot
snapshot | * @chunks: struct kes_chunk; their contents follow one another
snapshot | * @size: of all of them
snapshot | */
snapshot |struct kes_snapshot {
snapshot |	struct list_head chunks;
snapshot |	size_t size;
snapshot |};
snapshot |
snapshot |void kes_snapshot_init(struct kes_snapshot *snapshot);
snapshot |
snapshot-changes|/* Replace @snapshot by a new one. On error, it is empty. */
snapshot-changes|int kes_snapshot_take(struct kes_snapshot *snapshot);
changes  |/*
changes  | * Replace @snapshot by a new one, or by what is not in @changes, if this is not
changes  | * NULL. On error, it is empty, and the next one has everything.
changes  | */
changes  |int kes_snapshot_take(struct kes_snapshot *snapshot,
changes  |		      struct kes_changes *changes);
snapshot |void kes_snapshot_free(struct kes_snapshot *snapshot);
snapshot |ssize_t kes_snapshot_copy(const struct kes_snapshot *snapshot, char __user *to,
snapshot |			  size_t size, loff_t *pos);
snapshot |
snapshot |#endif /* KES_SNAPSHOT_H */
