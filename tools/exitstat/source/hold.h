/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups that several recorders need at once: who switches them off.
 *
 * The engine's switches belong to nobody. A recorder that switches a group off
 * at its end, because it had switched it on, would end the counting of another
 * one that found it on. So the last one to end switches off what any of them
 * switched on.
 */
#ifndef EXITSTAT_HOLD_H
#define EXITSTAT_HOLD_H

#include "util.h"

struct source;

/*
 * Switches on what of @groups (bits) is off, until hold_end(). *@note says
 * what a user should know, or is "". -errno with a line in @err; hold_end()
 * must follow in any case.
 */
int hold_begin(struct source *s, uint32_t groups, struct errbuf *note,
	       struct errbuf *err);
/* Which of the kernel's switches that has switched on. */
uint32_t hold_switched(const struct source *s);
/* Switches off, if nobody else is recording. As hold_begin(). */
int hold_end(struct source *s, struct errbuf *note, struct errbuf *err);

/*
 * Somebody switched @groups on purpose: whether they are on or off now, they
 * stay so when recorders end.
 */
void hold_forget(struct source *s, uint32_t groups);

#endif
