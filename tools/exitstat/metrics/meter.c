// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements meter.h: creates and names accounts, and adds to them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/meter.h"
#include "exits/reasons.h"

/* ---- reasons ---- */

size_t meter_key(struct meter *m, const char *name, const char *class)
{
	struct meter_key *k;

	for (size_t i = 0; i < m->nr_keys; i++)
		if (!strcmp(m->keys[i].name, name))
			return i;
	/* the last key is shared by all further reasons */
	if (m->nr_keys == METER_MAX_KEYS - 1 && strcmp(name, "UNKNOWN"))
		return meter_key(m, "UNKNOWN", "other");
	if (m->nr_keys == METER_MAX_KEYS)
		return m->nr_keys - 1;
	m->keys = vec_room(m->keys, m->nr_keys, &m->cap_keys, sizeof(*k));
	k = &m->keys[m->nr_keys];
	snprintf(k->name, sizeof(k->name), "%s", name);
	k->class = reason_class_by_name(class) < 0 ? "other" :
		reason_class_name((enum reason_class)
				  reason_class_by_name(class));
	return m->nr_keys++;
}

/* ---- adding ---- */

static struct meter_vcpu *find_vcpu(const struct meter *m,
				    struct meter_account *a, uint32_t id)
{
	struct meter_vcpu *v;

	if (!m->cfg.per_vcpu || a == &m->host || a == &m->other)
		id = METER_ALL_VCPUS;
	/* vCPUs of a VM arrive in order */
	for (size_t n = 0; n < a->nr; n++) {
		v = &a->vcpus[(id + n) % a->nr];
		if (v->vcpu_id == id)
			return v;
	}
	a->vcpus = vec_room(a->vcpus, a->nr, &a->cap, sizeof(*v));
	v = &a->vcpus[a->nr++];
	*v = (struct meter_vcpu) { .vcpu_id = id };
	return v;
}

static void add(struct meter_vcpu *v, size_t key, enum meter_value value,
		uint64_t n)
{
	if (key >= v->nr) {
		struct meter_counts *more = xcalloc(key + 1, sizeof(*more));

		if (v->nr)
			memcpy(more, v->counts, v->nr * sizeof(*more));
		free(v->counts);
		v->counts = more;
		v->nr = key + 1;
	}
	v->counts[key].v[value] += n;
}

void meter_add(struct meter *m, struct meter_account *a, uint32_t vcpu_id,
	       size_t key, enum meter_value value, uint64_t n)
{
	if (!n)
		return;
	add(find_vcpu(m, &m->host, vcpu_id), key, value, n);
	if (a)
		add(find_vcpu(m, a, vcpu_id), key, value, n);
}

void meter_add_sum(struct meter *m, struct meter_account *a,
		   enum meter_sum sum, uint64_t n)
{
	m->host.sums[sum] += n;
	if (a)
		a->sums[sum] += n;
}

/* ---- accounts ---- */

static void set_name(struct meter_account *a, const char *name,
		     const char *uuid, uint32_t instance)
{
	a->instance = instance;
	snprintf(a->uuid, sizeof(a->uuid), "%s", uuid);
	snprintf(a->vm, sizeof(a->vm), "%.64s", name);
	a->name_len = strlen(a->vm);
	if (instance > 1)
		snprintf(a->vm + a->name_len, sizeof(a->vm) - a->name_len,
			 "#%u", instance);
}

static bool has_name(const struct meter_account *a, const char *name,
		     const char *uuid)
{
	return strlen(name) == a->name_len &&
	       !strncmp(a->vm, name, a->name_len) && !strcmp(a->uuid, uuid);
}

/* The lowest instance of this name without a running VM. */
static uint32_t free_instance(const struct meter *m, const char *name,
			      const char *uuid)
{
	bool *taken = xcalloc(m->nr + 3, sizeof(*taken));
	uint32_t n = 1;

	/* a guest named "other" is not the aggregate */
	taken[1] = !strcmp(name, "other") && !*uuid;
	for (size_t i = 0; i < m->nr; i++) {
		const struct meter_account *a = m->accounts[i];

		if (a->running && a->instance <= m->nr + 1 &&
		    has_name(a, name, uuid))
			taken[a->instance] = true;
	}
	while (taken[n])
		n++;
	free(taken);
	return n;
}

/* "NAME#2" may also be the name of a guest. */
static struct meter_account *find_account(const struct meter *m,
					  const struct meter_account *like)
{
	for (size_t i = 0; i < m->nr; i++)
		if (!strcmp(m->accounts[i]->vm, like->vm) &&
		    !strcmp(m->accounts[i]->uuid, like->uuid))
			return m->accounts[i];
	return NULL;
}

struct meter_account *meter_open(struct meter *m, const char *name,
				 const char *uuid)
{
	struct meter_account like = { 0 }, *a;

	set_name(&like, name, uuid, free_instance(m, name, uuid));
	a = find_account(m, &like);
	if (!a && m->nr >= m->cfg.max_vms)
		a = &m->other;
	if (!a) {
		a = xcalloc(1, sizeof(*a));
		*a = like;
		m->accounts = vec_room(m->accounts, m->nr, &m->cap,
				       sizeof(a));
		m->accounts[m->nr++] = a;
	}
	a->running++;
	a->ended_ns = 0;
	return a;
}

void meter_leave(struct meter *m, struct meter_account *a)
{
	if (!--a->running)
		a->ended_ns = m->hdr.end_ns;
}

bool meter_is_old(const struct meter *m, const struct meter_account *a)
{
	return a != &m->other && !a->running &&
	       m->hdr.end_ns >= a->ended_ns + m->cfg.keep_ns;
}

static void free_account(struct meter_account *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->vcpus[i].counts);
	free(a->vcpus);
}

void meter_drop_old(struct meter *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->nr; i++) {
		struct meter_account *a = m->accounts[i];

		if (!meter_is_old(m, a)) {
			m->accounts[kept++] = a;
			continue;
		}
		free_account(a);
		free(a);
	}
	m->nr = kept;
}

void meter_init(struct meter *m, const struct meter_config *cfg)
{
	memset(m, 0, sizeof(*m));
	m->cfg = *cfg;
	m->delta.keep_ns = cfg->keep_ns;
	m->delta.drop = free;
	set_name(&m->other, "other", "", 1);
}

void meter_free(struct meter *m)
{
	delta_free(&m->delta);
	for (size_t i = 0; i < m->nr; i++) {
		free_account(m->accounts[i]);
		free(m->accounts[i]);
	}
	free_account(&m->host);
	free_account(&m->other);
	free(m->accounts);
	free(m->keys);
	free(m->reason_keys);
	memset(m, 0, sizeof(*m));
}
