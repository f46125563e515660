/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * References to groups that several recorders use at once.
 *
 * The engine's switches are global. If a recorder switched off the groups that it
 * had switched on, another recorder that found them on would lose them. So the last
 * recorder to end switches off all groups that any recorder switched on.
 */
#ifndef EXITSTAT_HOLD_H
#define EXITSTAT_HOLD_H

#include "util.h"

struct source;

/*
 * Switches on those of @groups (bits) that are off, until hold_end(). *@note is a
 * message for the user, or "". Returns 0, or -errno with a message in @err;
 * hold_end() must follow in any case.
 */
int hold_begin(struct source *s, uint32_t groups, struct errbuf *note,
	       struct errbuf *err);
/* The groups that this recorder has switched on. */
uint32_t hold_switched(const struct source *s);
/* Switches off unless another recorder runs. Like hold_begin(). */
int hold_end(struct source *s, struct errbuf *note, struct errbuf *err);

/*
 * The user switched @groups: recorders will leave them in their current state.
 */
void hold_forget(struct source *s, uint32_t groups);

#endif
