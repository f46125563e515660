/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the binary snapshot.
 */
#ifndef KES_SNAPSHOT_H
#define KES_SNAPSHOT_H

#include <linux/list.h>
#include <linux/types.h>

struct kes_changes;

/**
 * struct kes_snapshot - the bytes of a snapshot
 * @chunks: struct kes_chunk; their contents follow one another
 * @size: of all of them
 */
struct kes_snapshot {
	struct list_head chunks;
	size_t size;
};

void kes_snapshot_init(struct kes_snapshot *snapshot);

/*
 * Replace @snapshot by a new one, or by what is not in @changes, if this is not
 * NULL. On error, it is empty, and the next one has everything.
 */
int kes_snapshot_take(struct kes_snapshot *snapshot,
		      struct kes_changes *changes);
void kes_snapshot_free(struct kes_snapshot *snapshot);
ssize_t kes_snapshot_copy(const struct kes_snapshot *snapshot, char __user *to,
			  size_t size, loff_t *pos);

#endif /* KES_SNAPSHOT_H */
