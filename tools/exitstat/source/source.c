// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of sources and the choice between them (see source.h).
 *
 * A new source is a file with a struct source_ops and one row here, in order of
 * preference for "auto".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits/groups.h"	/* kvm_exit_stats.h too */
#include "source/ops.h"
#include "source/source.h"

static const struct source_ops *const sources[] = {
	&source_patched,
	&source_module,
	&source_bpf,
	&source_kvm_stats,
};

_Static_assert(ARRAY_LEN(sources) <= SOURCES_MAX,
	       "struct source_choice has room for every source");

static struct source *make(const struct source_ops *ops, const char *root)
{
	struct source *s = xcalloc(1, ops->size);

	s->ops = ops;
	s->root = xstrdup(root);
	s->users = -1;
	return s;
}

/* Whether the source can be used; if not, @c has the reason. */
static bool serves(struct source *s, struct source_choice *c, bool by_name)
{
	struct source_refusal *r = &c->refused[c->nr_refused];
	int rc = s->ops->open(s, &r->why);

	if (!rc || (by_name && rc == -EAGAIN)) {
		c->why = r->why;
		if (rc)
			err_set(&c->why, 0,
				"selected by name; nothing can be read yet: %.440s",
				r->why.text);
		return true;
	}
	r->name = s->ops->name;
	c->nr_refused++;
	return false;
}

static struct source *refuse(const char *name, struct source_choice *c,
			     struct errbuf *err)
{
	struct buf names = { 0 };
	const char *word;

	for (size_t i = 0; (word = source_word(i)); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", word);
	if (!c->nr_refused)
		err_set(err, 0, "%s: no such source (one of %s)", name,
			names.data);
	else if (c->nr_refused == 1)
		*err = c->refused[0].why;
	else
		err_set(err, 0,
			"no source of exit counts is usable here:");
	buf_free(&names);
	return NULL;
}

struct source *source_open(const char *root, const char *name,
			   struct source_choice *choice, struct errbuf *err)
{
	bool any = !strcmp(name, "auto");

	memset(choice, 0, sizeof(*choice));
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct source *s;

		if (!any && strcmp(name, sources[i]->name))
			continue;
		s = make(sources[i], root);
		if (serves(s, choice, !any))
			return s;
		source_close(s);
	}
	return refuse(name, choice, err);
}

void source_close(struct source *s)
{
	if (!s)
		return;
	if (s->ops->close)
		s->ops->close(s);
	if (s->users >= 0)
		close(s->users);
	free(s->switched.vms);
	free(s->root);
	free(s);
}

const char *source_name(const struct source *s)
{
	return s->ops->name;
}

const char *source_root(const struct source *s)
{
	return s->root;
}

bool source_is_in_process(const struct source *s)
{
	return s->ops->in_process;
}

int source_read(struct source *s, struct buf *out, struct errbuf *err)
{
	return s->ops->read(s, out, err);
}

int source_read_changes(struct source *s, struct buf *out, struct errbuf *err)
{
	return s->ops->read_changes ? s->ops->read_changes(s, out, err) :
				      s->ops->read(s, out, err);
}

void source_forget_changes(struct source *s)
{
	if (s->ops->forget_changes)
		s->ops->forget_changes(s);
}

void source_remarks(struct source *s, struct buf *out)
{
	if (s->ops->remarks)
		s->ops->remarks(s, out);
}

int source_get_groups(struct source *s, uint32_t *on, uint32_t *known,
		      struct errbuf *err)
{
	return s->ops->get_groups(s, on, known, err);
}

int source_reset(struct source *s, struct errbuf *err)
{
	return s->ops->reset(s, err);
}

void source_why(const struct source_choice *choice, struct buf *out)
{
	buf_printf(out, "%s", choice->why.text);
	for (size_t i = 0; i < choice->nr_refused; i++)
		buf_printf(out, "; not %s: %s", choice->refused[i].name,
			   choice->refused[i].why.text);
}

const char *source_word(size_t i)
{
	if (!i)
		return "auto";
	return i <= ARRAY_LEN(sources) ? sources[i - 1]->name : NULL;
}

int source_get_vm_groups(struct source *s, uint64_t vm_id, uint32_t *on,
			 uint32_t *known, struct errbuf *err)
{
	*on = 0;
	*known = 0;
	return s->ops->get_vm_groups ?
	       s->ops->get_vm_groups(s, vm_id, on, known, err) : 0;
}

/* ---- switching ---- */

/* Switches for all VMs, or for one. */
struct target {
	struct source *s;
	uint64_t vm_id;		/* 0: all */
	char option[32];	/* for advice: "", or " --vm ID" */
};

static struct target target_of(struct source *s, uint64_t vm_id)
{
	struct target t = { .s = s, .vm_id = vm_id };

	if (vm_id)
		snprintf(t.option, sizeof(t.option), " --vm %llu",
			 (unsigned long long)vm_id);
	return t;
}

/* Report a conflict before the kernel reports only EINVAL or EBUSY. */
static int check_switch(const struct target *t, const struct group *g,
			uint32_t on_now, bool on, struct errbuf *err)
{
	char text[GROUPS_TEXT_LEN];
	uint32_t users = 0;

	for (size_t i = 0; i < NR_GROUPS; i++)
		if (group_table[i].needs & g->bit)
			users |= group_table[i].bit & on_now;
	if (on && (g->needs & ~on_now))
		return err_set(err, -EINVAL,
			       "%s requires %s first (exitstat enable %s %s%s)",
			       g->name, groups_text(g->needs & ~on_now, text),
			       text, g->name, t->option);
	if (!on && users)
		return err_set(err, -EBUSY,
			       "%s is still required by %s (exitstat disable %s %s%s)",
			       g->name, groups_text(users, text), text,
			       g->name, t->option);
	return 0;
}

static int unsupported(const struct target *t, const struct group *g,
		       struct errbuf *err)
{
	if (t->vm_id)
		return err_set(err, -ENOENT,
			       "%s: the source %s can switch it only for all VMs",
			       g->name, t->s->ops->name);
	return err_set(err, -ENOENT,
		       "%s: not supported by the source %s here (exitstat list shows its groups)",
		       g->name, t->s->ops->name);
}

/*
 * The groups that are on for the target by themselves; @*all: for all VMs, too;
 * @*known: those with a switch.
 */
static int get_state(const struct target *t, uint32_t *own, uint32_t *all,
		     uint32_t *known, struct errbuf *err)
{
	int rc = source_get_groups(t->s, all, known, err);

	*own = *all;
	return rc || !t->vm_id ? rc :
	       source_get_vm_groups(t->s, t->vm_id, own, known, err);
}

static int switch_one(const struct target *t, const struct group *g, bool on,
		      struct errbuf *err)
{
	uint32_t own, all, known;
	int rc = get_state(t, &own, &all, &known, err);

	if (rc)
		return rc;
	if (!(known & g->bit))
		return unsupported(t, g, err);
	if (on == !!(own & g->bit))
		return 0;
	rc = check_switch(t, g, on ? own | all : own, on, err);
	if (rc)
		return rc;
	rc = t->vm_id ? t->s->ops->set_vm_group(t->s, g->bit, t->vm_id, on, err) :
			t->s->ops->set_group(t->s, g->bit, on, err);
	return rc ? rc : 1;
}

static int switch_groups(const struct target *t, uint32_t groups, bool on,
			 uint32_t *done, struct errbuf *err)
{
	*done = 0;
	for (size_t n = 0; n < NR_GROUPS; n++) {
		const struct group *g =
			&group_table[on ? n : NR_GROUPS - 1 - n];
		int rc = 0;

		if (groups & g->bit)
			rc = switch_one(t, g, on, err);
		if (rc < 0)
			return rc;
		if (rc)
			*done |= g->bit;
	}
	return 0;
}

int source_switch(struct source *s, uint32_t groups, bool on, uint32_t *done,
		  struct errbuf *err)
{
	const struct target t = target_of(s, 0);

	return switch_groups(&t, groups, on, done, err);
}

int source_switch_vm(struct source *s, uint64_t vm_id, uint32_t groups, bool on,
		     uint32_t *done, struct errbuf *err)
{
	const struct target t = target_of(s, vm_id);

	return switch_groups(&t, groups, on, done, err);
}
