/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot that was made up, parsed. Needs err and must() of unit.h or fuzz.h. */
#ifndef TESTS_SNAPTAKE_H
#define TESTS_SNAPTAKE_H

#include "snapshot/snapshot.h"
#include "snapwrite.h"

/* Ends @w and frees it. */
static inline void snaptake(struct snapwrite *w, struct snapshot *s)
{
	snapwrite_end(w);
	must(snapshot_parse(s, w->data, w->len, &err));
	snapwrite_free(w);
}

#endif
