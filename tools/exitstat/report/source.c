// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts of the text and the JSON report: fields and groups that the source does
 * not provide, which are unavailable and not 0, and warnings of lost exits.
 */
#include <inttypes.h>
#include <string.h>

#include "exits/sources.h"
#include "exits/fields.h"
#include "exits/groups.h"
#include "report/report.h"

/* A recording without this key has all groups. */
static uint32_t groups_known(const struct recording *r)
{
	const char *text = rec_get(r, "groups_known");
	struct errbuf err;
	uint32_t known;

	if (*text && !groups_parse(text, &known, &err))
		return known;
	known = 0;
	for (size_t i = 0; i < NR_GROUPS; i++)
		known |= group_table[i].bit;
	return known;
}

uint32_t report_groups_off(const struct recording *r)
{
	return groups_known(r) & ~r->groups;
}

/* VMX has modifiers of an exit reason, SVM has none. */
static bool lacks(const struct recording *r, const struct field *f)
{
	if (f->vmx_only && strcmp(rec_get(r, "isa"), "vmx"))
		return false;
	return !rec_has_field(r, f->name);
}

static void add(struct buf *b, const char *text)
{
	buf_printf(b, "%s%s", b->len ? ", " : "", text);
}

void report_lacks(const struct recording *r, struct buf *out)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < NR_FIELDS; i++)
		if (lacks(r, &field_table[i]))
			add(&b, field_table[i].text);
	for (size_t i = 0; i < NR_GROUPS; i++)
		if (!((groups_known(r) | r->groups) & group_table[i].bit))
			add(&b, group_table[i].name);
	if (b.len)
		buf_printf(out, "unavailable from source %s: %s",
			   rec_get(r, "source"), b.data);
	buf_free(&b);
}

json_t *report_json_lacks(const struct recording *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < NR_FIELDS; i++)
		if (lacks(r, &field_table[i]))
			json_array_append_new(list,
					      json_string(field_table[i].name));
	for (size_t i = 0; i < NR_GROUPS; i++)
		if (!((groups_known(r) | r->groups) & group_table[i].bit))
			json_array_append_new(list,
					      json_string(group_table[i].name));
	return list;
}

/* Why times are not reliable: one line, or nothing. */
static void report_tsc(const struct recording *r, FILE *out)
{
	uint64_t backwards = rec_get_u64(r, "tsc_backwards");
	char n[COUNT_TEXT_LEN];

	if (!(r->groups & KES_GROUP_TIME))
		return;
	if (rec_get_u64(r, "tsc_unstable"))
		fprintf(out, "\nWARNING: the TSC of this machine is unstable: times are not reliable.\n");
	else if (backwards)
		fprintf(out, "\nWARNING: the TSC went backwards %s times: times are not reliable.\n",
			fmt_count(n, backwards));
}

void report_lost(const struct recording *r, FILE *out)
{
	uint64_t lost = rec_get_u64(r, "lost");
	uint64_t restarts = rec_get_u64(r, "restarts");
	char text[LOST_TEXT_LEN], restarted[RESTARTS_TEXT_LEN];

	if (lost)
		fprintf(out, "\n%s: the counts below are too low.\n",
			source_lost_text(lost, text));
	if (restarts)
		fprintf(out, "\n%s.\n",
			source_restarts_text(restarts, restarted));
	report_tsc(r, out);
}
