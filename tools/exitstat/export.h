/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording for other programs; one writer per format. */
#ifndef EXITSTAT_EXPORT_H
#define EXITSTAT_EXPORT_H

#include <stdio.h>

#include "recording.h"

/* 0, or -errno with a line in @err. Write errors are left to @out. */
int export_csv(struct recording *r, FILE *out, struct errbuf *err);
int export_json(struct recording *r, FILE *out, struct errbuf *err);

/* The interval of a sample's delta: from the end of the sample before. */
uint64_t export_begin_ns(const struct recording *r, size_t sample);
/* The phase in which that interval begins; NULL: before the first. */
const char *export_phase(const struct recording *r, size_t sample);
/* Did the source split reasons into sub-reasons at all? */
bool export_has_sub(const struct recording *r);

#endif
