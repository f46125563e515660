/* SPDX-License-Identifier: GPL-2.0-only */
/* Which known name did somebody mean that typed an unknown one? */
#ifndef EXITSTAT_NEAREST_H
#define EXITSTAT_NEAREST_H

#include <stddef.h>

/* Edit distance without regard to case; names are cut at 40 characters. */
size_t name_distance(const char *a, const char *b);

/* NULL when none of @names is close. Those that are NULL are passed over. */
const char *name_nearest(const char *typed, const char *const *names,
			 size_t nr);

#endif
