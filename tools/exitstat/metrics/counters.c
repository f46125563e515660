// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements counters.h: creates and names series, and adds to them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/counters.h"
#include "exits/reasons.h"

/* ---- reasons ---- */

size_t counters_key(struct counters *all, const char *name, const char *class)
{
	struct counters_key *k;

	for (size_t i = 0; i < all->nr_keys; i++)
		if (!strcmp(all->keys[i].name, name))
			return i;
	/* the last key is shared by all further reasons */
	if (all->nr_keys == COUNTERS_MAX_KEYS - 1 && strcmp(name, "UNKNOWN"))
		return counters_key(all, "UNKNOWN", "other");
	if (all->nr_keys == COUNTERS_MAX_KEYS)
		return all->nr_keys - 1;
	all->keys = vec_room(all->keys, all->nr_keys, &all->cap_keys,
			     sizeof(*k));
	k = &all->keys[all->nr_keys];
	snprintf(k->name, sizeof(k->name), "%s", name);
	k->class = reason_class_by_name(class) < 0 ? "other" :
		reason_class_name((enum reason_class)
				  reason_class_by_name(class));
	return all->nr_keys++;
}

/* ---- adding ---- */

static struct counters_vcpu *find_vcpu(const struct counters *all,
				       struct counters_series *s, uint32_t id)
{
	struct counters_vcpu *v;

	if (!all->cfg.per_vcpu || s == &all->host || s == &all->other)
		id = COUNTERS_ALL_VCPUS;
	/* vCPUs of a VM arrive in order */
	for (size_t n = 0; n < s->nr; n++) {
		v = &s->vcpus[(id + n) % s->nr];
		if (v->vcpu_id == id)
			return v;
	}
	s->vcpus = vec_room(s->vcpus, s->nr, &s->cap, sizeof(*v));
	v = &s->vcpus[s->nr++];
	*v = (struct counters_vcpu) { .vcpu_id = id };
	return v;
}

static void add(struct counters_vcpu *v, size_t key, enum counters_value value,
		uint64_t n)
{
	if (key >= v->nr) {
		struct counters_values *more = xcalloc(key + 1, sizeof(*more));

		if (v->nr)
			memcpy(more, v->counts, v->nr * sizeof(*more));
		free(v->counts);
		v->counts = more;
		v->nr = key + 1;
	}
	v->counts[key].v[value] += n;
}

void counters_add(struct counters *all, struct counters_series *s,
		  uint32_t vcpu_id, size_t key, enum counters_value value,
		  uint64_t n)
{
	if (!n)
		return;
	add(find_vcpu(all, &all->host, vcpu_id), key, value, n);
	if (s)
		add(find_vcpu(all, s, vcpu_id), key, value, n);
}

void counters_add_sum(struct counters *all, struct counters_series *s,
		      enum counters_sum sum, uint64_t n)
{
	all->host.sums[sum] += n;
	if (s)
		s->sums[sum] += n;
}

static void add_returns(struct counters_series *s, uint32_t code, uint64_t n)
{
	size_t i = 0;

	while (i < s->nr_returns && s->returns[i].code != code)
		i++;
	if (i == s->nr_returns) {
		s->returns = vec_room(s->returns, i, &s->cap_returns,
				      sizeof(*s->returns));
		s->returns[s->nr_returns++] =
			(struct counters_returns) { .code = code };
	}
	s->returns[i].n += n;
}

void counters_add_returns(struct counters *all, struct counters_series *s,
			  uint32_t code, uint64_t n)
{
	if (!n)
		return;
	add_returns(&all->host, code, n);
	if (s)
		add_returns(s, code, n);
}

/* ---- series ---- */

static void set_name(struct counters_series *s, const char *name,
		     const char *uuid, uint32_t instance)
{
	s->instance = instance;
	snprintf(s->uuid, sizeof(s->uuid), "%s", uuid);
	snprintf(s->vm, sizeof(s->vm), "%.64s", name);
	s->name_len = strlen(s->vm);
	if (instance > 1)
		snprintf(s->vm + s->name_len, sizeof(s->vm) - s->name_len,
			 "#%u", instance);
}

static bool has_name(const struct counters_series *s, const char *name,
		     const char *uuid)
{
	return strlen(name) == s->name_len &&
	       !strncmp(s->vm, name, s->name_len) && !strcmp(s->uuid, uuid);
}

/* The lowest instance of this name without a running VM. */
static uint32_t free_instance(const struct counters *all, const char *name,
			      const char *uuid)
{
	bool *taken = xcalloc(all->nr + 3, sizeof(*taken));
	uint32_t n = 1;

	/* a guest named "other" is not the aggregate */
	taken[1] = !strcmp(name, "other") && !*uuid;
	for (size_t i = 0; i < all->nr; i++) {
		const struct counters_series *s = all->series[i];

		if (s->running && s->instance <= all->nr + 1 &&
		    has_name(s, name, uuid))
			taken[s->instance] = true;
	}
	while (taken[n])
		n++;
	free(taken);
	return n;
}

/* "NAME#2" may also be the name of a guest. */
static struct counters_series *find_series(const struct counters *all,
					   const struct counters_series *like)
{
	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->series[i]->vm, like->vm) &&
		    !strcmp(all->series[i]->uuid, like->uuid))
			return all->series[i];
	return NULL;
}

struct counters_series *counters_open(struct counters *all, const char *name,
				      const char *uuid)
{
	struct counters_series like = { 0 }, *s;

	set_name(&like, name, uuid, free_instance(all, name, uuid));
	s = find_series(all, &like);
	if (!s && all->nr >= all->cfg.max_vms)
		s = &all->other;
	if (!s) {
		s = xcalloc(1, sizeof(*s));
		*s = like;
		all->series = vec_room(all->series, all->nr, &all->cap,
				       sizeof(s));
		all->series[all->nr++] = s;
	}
	s->running++;
	s->ended_ns = 0;
	return s;
}

void counters_leave(struct counters *all, struct counters_series *s)
{
	if (!--s->running)
		s->ended_ns = all->hdr.end_ns;
}

bool counters_is_old(const struct counters *all,
		     const struct counters_series *s)
{
	return s != &all->other && !s->running &&
	       all->hdr.end_ns >= s->ended_ns + all->cfg.keep_ns;
}

static void free_series(struct counters_series *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->vcpus[i].counts);
	free(s->vcpus);
	free(s->returns);
}

void counters_drop_old(struct counters *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->nr; i++) {
		struct counters_series *s = all->series[i];

		if (!counters_is_old(all, s)) {
			all->series[kept++] = s;
			continue;
		}
		free_series(s);
		free(s);
	}
	all->nr = kept;
}

void counters_init(struct counters *all, const struct counters_config *cfg)
{
	memset(all, 0, sizeof(*all));
	all->cfg = *cfg;
	all->delta.keep_ns = cfg->keep_ns;
	all->delta.drop = free;
	set_name(&all->other, "other", "", 1);
}

void counters_free(struct counters *all)
{
	delta_free(&all->delta);
	for (size_t i = 0; i < all->nr; i++) {
		free_series(all->series[i]);
		free(all->series[i]);
	}
	free_series(&all->host);
	free_series(&all->other);
	free(all->series);
	free(all->keys);
	free(all->reason_keys);
	memset(all, 0, sizeof(*all));
}
