/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of a recording's tables share: errors, told as users'. */
#ifndef EXITSTAT_REC_READ_H
#define EXITSTAT_REC_READ_H

#include "recording.h"

/* -EINVAL: @what of this file cannot be. */
int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err);
/* An SQLite error, told as what it means for a reader of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err);
/* rec-groups.c: fills recording.groups. */
int rec_find_groups(struct recording *r, struct errbuf *err);

#endif
