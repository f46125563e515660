// SPDX-License-Identifier: GPL-2.0-only
/* Implements groups.h: the table of groups. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exits/groups.h"

const struct group group_table[NR_GROUPS] = {
	{ "count", KES_GROUP_COUNT, 0, "exits by reason and disposition" },
	{ "time", KES_GROUP_TIME, KES_GROUP_COUNT,
	  "time of vCPU threads by state and reason" },
	{ "histogram", KES_GROUP_HISTOGRAM, KES_GROUP_COUNT | KES_GROUP_TIME,
	  "handler times of exits, by powers of two" },
	{ "detail", KES_GROUP_DETAIL, KES_GROUP_COUNT,
	  "exits by port, MSR, CPUID leaf, page, ..." },
};

static const struct group *group_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < NR_GROUPS; i++)
		if (strlen(group_table[i].name) == len &&
		    !strncmp(group_table[i].name, name, len))
			return &group_table[i];
	return NULL;
}

int groups_parse(const char *list, uint32_t *out, struct errbuf *err)
{
	*out = 0;
	for (;; list++) {
		size_t len = strcspn(list, ",");
		const struct group *g = group_by_name(list, len);

		if (!g)
			return err_set(err, -EINVAL,
				       "%.*s: no such group (count, time, histogram, detail)",
				       len ? (int)len : 9,
				       len ? list : "(nothing)");
		*out |= g->bit;
		list += len;
		if (!*list)
			return 0;
	}
}

const char *groups_text(uint32_t groups, char out[GROUPS_TEXT_LEN])
{
	size_t len = (size_t)snprintf(out, GROUPS_TEXT_LEN, "%s",
				      groups ? "" : "none");

	for (size_t i = 0; i < NR_GROUPS; i++)
		if (groups & group_table[i].bit)
			len += (size_t)snprintf(out + len,
						GROUPS_TEXT_LEN - len, "%s%s",
						len ? "," : "",
						group_table[i].name);
	return out;
}

uint32_t groups_with_needs(uint32_t groups)
{
	for (size_t i = NR_GROUPS; i-- > 0;)
		if (groups & group_table[i].bit)
			groups |= group_table[i].needs;
	return groups;
}
