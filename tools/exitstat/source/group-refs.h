/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * References to groups that several recorders use at once.
 *
 * The engine's switches are global. If a recorder switched off the groups that it
 * had switched on, another recorder that found them on would lose them. So the last
 * recorder to end switches off all groups that any recorder switched on.
 *
 * The engine also switches groups for one VM, in addition to those that are on for
 * all: a recorder of some VMs does not slow the others.
 */
#ifndef EXITSTAT_GROUP_REFS_H
#define EXITSTAT_GROUP_REFS_H

#include "util.h"

struct source;

/*
 * Switches on those of @groups (bits) that are off, until group_refs_put(): for VM
 * @vm_id alone if the source can, or for all VMs if it is 0. *@note is a message for
 * the user, or "". Returns 0, or -errno with a message in @err; group_refs_put() must
 * follow in any case.
 */
int group_refs_get(struct source *s, uint32_t groups, uint64_t vm_id,
		   struct errbuf *note, struct errbuf *err);
/*
 * The recorder needs only these VMs; the list may grow with each call. What it switched
 * on for all VMs stays on for these alone, unless another recorder needs the others.
 * Without switches for one VM, nothing changes. Returns 0, or -errno with a message.
 */
int group_refs_limit(struct source *s, const uint64_t *vms, size_t nr,
		     struct errbuf *err);
/* The groups that this recorder has switched on. */
uint32_t group_refs_switched(const struct source *s);
/* Switches off unless another recorder runs. Like group_refs_get(). */
int group_refs_put(struct source *s, struct errbuf *note, struct errbuf *err);

/*
 * The user switched @groups, for VM @vm_id or 0: recorders will leave them in their
 * current state.
 */
void group_refs_forget(struct source *s, uint32_t groups, uint64_t vm_id);

#endif
