/* SPDX-License-Identifier: GPL-2.0-only */
/* The metadata of a recording as JSON. */
#ifndef EXITSTAT_REC_JSON_H
#define EXITSTAT_REC_JSON_H

#include <jansson.h>

#include "recording/reader.h"

/* The table meta as an object with a string for each key. */
json_t *rec_meta_json(const struct recording *r);

#endif
