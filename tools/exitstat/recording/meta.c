// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metadata of a loaded recording (see reader.h).
 */
#include <string.h>

#include "exits/groups.h"
#include "recording/reader-internal.h"

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

/* The group of each table. */
static const uint32_t group_of[PACK_NR_SHAPES] = {
	[PACK_TIME] = KES_GROUP_TIME,
	[PACK_HISTOGRAM] = KES_GROUP_HISTOGRAM,
	[PACK_DETAIL] = KES_GROUP_DETAIL,
};

static int found(void *arg, const int64_t *n)
{
	(void)arg;
	(void)n;
	return 1;
}

int rec_find_groups(struct recording *r, struct errbuf *err)
{
	const char *list = rec_get(r, "groups");
	struct errbuf ignored;
	int rc;

	/* groups on at the last sample, and groups with rows from before */
	if (groups_parse(list, &r->groups, &ignored))
		r->groups = 0;
	r->groups |= KES_GROUP_COUNT;
	for (int i = 0; i < PACK_NR_SHAPES; i++) {
		if (!group_of[i] || (r->groups & group_of[i]))
			continue;
		rc = rec_for_each_row(r, (enum pack_kind)i, found, NULL, err);
		if (rc < 0)
			return rc;
		if (rc)
			r->groups |= group_of[i];
	}
	return 0;
}
