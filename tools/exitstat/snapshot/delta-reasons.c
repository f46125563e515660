// SPDX-License-Identifier: GPL-2.0-only
/* Implements delta-reasons.h. */
#include "snapshot/delta-reasons.h"

/* Lookups repeat in the same order. */
uint32_t delta_reason(struct delta *d, uint64_t code)
{
	for (size_t n = 0; n < d->nr_reasons; n++) {
		size_t i = (d->next_reason + n) % d->nr_reasons;

		if (d->reasons[i].code == code &&
		    d->reasons[i].isa == d->hdr.isa) {
			d->next_reason = i + 1;
			return (uint32_t)i;
		}
	}
	d->reasons = vec_room(d->reasons, d->nr_reasons, &d->cap_reasons,
			      sizeof(*d->reasons));
	d->reasons[d->nr_reasons] = (struct delta_reason) { d->hdr.isa, code };
	return (uint32_t)d->nr_reasons++;
}
