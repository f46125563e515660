// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a loaded recording says about itself (see reader.h).
 */
#include <errno.h>
#include <string.h>

#include "exits/groups.h"
#include "recording/reader.h"

const char *rec_get(const struct recording *r, const char *key)
{
	for (size_t i = 0; i < r->nr_meta; i++)
		if (!strcmp(r->meta[i].key, key))
			return r->meta[i].value;
	return "";
}

uint64_t rec_get_u64(const struct recording *r, const char *key)
{
	uint64_t n = 0;

	return parse_u64(rec_get(r, key), 0, UINT64_MAX, &n) ? 0 : n;
}

bool rec_has_field(const struct recording *r, const char *name)
{
	const char *at = rec_get(r, "fields");
	size_t len = strlen(name);

	while (*at) {
		size_t word = strcspn(at, " ");

		if (word == len && !strncmp(at, name, len))
			return true;
		at += word + strspn(at + word, " ");
	}
	return false;
}

const char *rec_kvm_exit_name(const struct recording *r, uint32_t code)
{
	for (size_t i = 0; i < r->nr_kvm_exits; i++)
		if (r->kvm_exits[i].code == code)
			return r->kvm_exits[i].name;
	return "?";
}

int rec_need_group(const struct recording *r, uint32_t group,
		   struct errbuf *err)
{
	char text[GROUPS_TEXT_LEN];

	if (r->groups & group)
		return 0;
	groups_text(group, text);
	return err_set(err, -ENODATA,
		       "%s: the group %s was off (record with --groups %s)",
		       r->path, text, text);
}
