/* SPDX-License-Identifier: GPL-2.0-only */
/* The samples of top as text or JSON, for --batch and --json. */
#ifndef EXITSTAT_TOP_BATCH_H
#define EXITSTAT_TOP_BATCH_H

#include "top/view.h"

void top_batch_text(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
/* The row of top_total(), with a header every few lines. */
void top_batch_line(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
void top_batch_json(const struct top_scene *s, const struct top_view *v,
		    struct buf *out);

#endif
