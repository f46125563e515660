// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of sources and the choice between them (see source.h).
 *
 * A new source is a source-*.c file and one row here, in order of
 * preference for "auto".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exits/groups.h"	/* kvm_exit_stats.h too */
#include "source/source.h"

static const struct source_ops *const sources[] = {
	&source_patched,
	&source_module,
	&source_bpf,
	&source_kvm_stats,
};

_Static_assert(ARRAY_LEN(sources) <= SOURCES_MAX,
	       "struct source_choice has room for every source");

/* May @ops be taken? If not, @c keeps why. */
static bool serves(const struct source_ops *ops, const char *root,
		   struct source_choice *c, bool by_name)
{
	struct source_refusal *r = &c->refused[c->nr_refused];
	int rc = ops->probe(root, &r->why);

	if (!rc || (by_name && rc == -EAGAIN)) {
		c->ops = ops;
		c->why = r->why;
		if (rc)
			err_set(&c->why, 0,
				"it was asked for; nothing can be read yet: %.440s",
				r->why.text);
		return true;
	}
	r->ops = ops;
	c->nr_refused++;
	return false;
}

int source_choose(const char *name, const char *root,
		  struct source_choice *choice, struct errbuf *err)
{
	bool any = !strcmp(name, "auto"), known = any;
	char names[128];

	memset(choice, 0, sizeof(*choice));
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (!any && strcmp(name, sources[i]->name))
			continue;
		known = true;
		if (serves(sources[i], root, choice, !any))
			return 0;
	}
	if (known)
		return -ENODEV;
	source_names(names, sizeof(names));
	return err_set(err, -EINVAL, "%s: no such source (one of %s)", name,
		       names);
}

void source_why(const struct source_choice *choice, struct buf *out)
{
	buf_printf(out, "%s", choice->why.text);
	for (size_t i = 0; i < choice->nr_refused; i++)
		buf_printf(out, "; not %s: %s", choice->refused[i].ops->name,
			   choice->refused[i].why.text);
}

void source_names(char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, "auto");

	for (size_t i = 0; i < ARRAY_LEN(sources) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, ", %s",
					sources[i]->name);
}

/* What is in the way, told before the kernel only says EINVAL or EBUSY. */
static int check_switch(const struct group *g, uint32_t on_now, bool on,
			struct errbuf *err)
{
	char text[GROUPS_TEXT_LEN];
	uint32_t users = 0;

	for (size_t i = 0; i < NR_GROUPS; i++)
		if (group_table[i].needs & g->bit)
			users |= group_table[i].bit & on_now;
	if (on && (g->needs & ~on_now))
		return err_set(err, -EINVAL,
			       "%s needs %s first (exitstat enable %s %s)",
			       g->name, groups_text(g->needs & ~on_now, text),
			       text, g->name);
	if (!on && users)
		return err_set(err, -EBUSY,
			       "%s is still needed by %s (exitstat disable %s %s)",
			       g->name, groups_text(users, text), text,
			       g->name);
	return 0;
}

static int switch_one(const struct source_ops *src, const char *root,
		      const struct group *g, bool on, struct errbuf *err)
{
	uint32_t on_now, known;
	int rc = src->get_groups(root, &on_now, &known, err);

	if (rc)
		return rc;
	if (!(known & g->bit))
		return err_set(err, -ENOENT,
			       "%s: the source %s does not have this group here (exitstat list says which it has)",
			       g->name, src->name);
	if (on == !!(on_now & g->bit))
		return 0;
	rc = check_switch(g, on_now, on, err);
	if (!rc)
		rc = src->set_group(root, g->bit, on, err);
	return rc ? rc : 1;
}

int source_switch(const struct source_ops *src, const char *root,
		  uint32_t groups, bool on, uint32_t *done, struct errbuf *err)
{
	*done = 0;
	for (size_t n = 0; n < NR_GROUPS; n++) {
		const struct group *g =
			&group_table[on ? n : NR_GROUPS - 1 - n];
		int rc = 0;

		if (groups & g->bit)
			rc = switch_one(src, root, g, on, err);
		if (rc < 0)
			return rc;
		if (rc)
			*done |= g->bit;
	}
	return 0;
}
