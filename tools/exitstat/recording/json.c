// SPDX-License-Identifier: GPL-2.0-only
/* Implements json.h. */
#include "lib/json-text.h"
#include "recording/json.h"

json_t *rec_meta_json(const struct recording *r)
{
	json_t *o = json_object();

	for (size_t i = 0; i < r->nr_meta; i++)
		json_object_set_new(o, r->meta[i].key,
				    json_text(r->meta[i].value));
	return o;
}
