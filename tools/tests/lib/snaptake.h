/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse a generated snapshot. Needs err and must() from unit.h or fuzz.h. */
#ifndef TESTS_SNAPTAKE_H
#define TESTS_SNAPTAKE_H

#include "snapshot/snapshot.h"
#include "snapwrite.h"

/* Finish @w, parse it and free it. */
static inline void snaptake(struct snapwrite *w, struct snapshot *s)
{
	snapwrite_end(w);
	must(snapshot_parse(s, w->data, w->len, &err));
	snapwrite_free(w);
}

#endif
