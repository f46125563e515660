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

#include "source.h"

static const struct source_ops *const sources[] = {
	&source_patched,
};

static const struct source_ops *pick_auto(const char *root, struct errbuf *why)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (!sources[i]->probe(root, why))
			return sources[i];
	return NULL;
}

const struct source_ops *source_pick(const char *name, const char *root,
				     struct errbuf *why)
{
	char names[128];

	if (!strcmp(name, "auto"))
		return pick_auto(root, why);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (!strcmp(name, sources[i]->name))
			return sources[i]->probe(root, why) ? NULL : sources[i];
	source_names(names, sizeof(names));
	err_set(why, 0, "%s: no such source (one of %s)", name, names);
	return NULL;
}

void source_names(char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, "auto");

	for (size_t i = 0; i < ARRAY_LEN(sources) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "|%s",
					sources[i]->name);
}
