/* SPDX-License-Identifier: GPL-2.0-only */
/* top's samples as text: what is printed where no screen is asked for. */
#ifndef EXITSTAT_TOP_BATCH_H
#define EXITSTAT_TOP_BATCH_H

#include "top/view.h"

void top_batch_text(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
/* The one row of top_total(); the header comes again now and then. */
void top_batch_line(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
void top_batch_json(const struct top_scene *s, const struct top_view *v,
		    struct buf *out);

#endif
