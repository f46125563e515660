/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exports a recording for other programs: its tables as rows with names in place of
 * references, and one writer per format. A table has the same columns in every format.
 */
#ifndef EXITSTAT_EXPORT_H
#define EXITSTAT_EXPORT_H

#include <stdio.h>

#include "recording/reader.h"

#define EXPORT_MAX_COLUMNS	17

struct export_value {
	enum export_kind {
		EXPORT_NONE,	/* unavailable */
		EXPORT_NUMBER,
		EXPORT_TEXT,
	} kind;
	int64_t n;
	const char *text;	/* valid until the next row */
};

struct export_row {
	struct export_value v[EXPORT_MAX_COLUMNS];
	size_t nr;
	char text[48];		/* memory for generated text */
};

struct export_table {
	const char *name;
	const char *help;
	uint32_t group;		/* its KES_GROUP_*, or 0 */
	const char *field;	/* a field that the source must fill, or NULL */
	enum pack_kind kind;	/* of its rows */
	/* terminated by NULL; each row has as many values */
	const char *columns[EXPORT_MAX_COLUMNS + 1];
	void (*fill)(const struct recording *r, const int64_t *n,
		     struct export_row *row);
};

/* The first one is the default. */
extern const struct export_table export_tables[];
extern const size_t export_nr_tables;

/* The interval of a sample's rows, which starts at the end of the previous sample. */
uint64_t export_begin_ns(const struct recording *r, size_t sample);
/* Returns 0, or -ENODATA with a message if its data was not recorded. */
int export_need(const struct recording *r, const struct export_table *t,
		struct errbuf *err);
typedef void (*export_row_fn)(void *arg, const struct export_row *row);
int export_for_each(struct recording *r, const struct export_table *t,
		    export_row_fn fn, void *arg, struct errbuf *err);

/*
 * The writer of a format. Returns 0, or -errno with a message in @err; the caller checks
 * @out for write errors. @t is used by formats with one table.
 */
typedef int (*export_fn)(struct recording *r, const struct export_table *t,
			 FILE *out, struct errbuf *err);
int export_csv(struct recording *r, const struct export_table *t, FILE *out,
	       struct errbuf *err);
int export_json(struct recording *r, const struct export_table *t, FILE *out,
		struct errbuf *err);
int export_trace(struct recording *r, const struct export_table *t, FILE *out,
		 struct errbuf *err);
int export_openmetrics(struct recording *r, const struct export_table *t,
		       FILE *out, struct errbuf *err);

/*
 * For a format that is not a stream: writes @file, which is empty and named @name in
 * errors. Calls @progress from time to time with the completed share.
 */
typedef void (*export_progress_fn)(void *arg, double share);
typedef int (*export_file_fn)(struct recording *r, const char *file,
			      const char *name, export_progress_fn progress,
			      void *arg, struct errbuf *err);
int export_sqlite(struct recording *r, const char *file, const char *name,
		  export_progress_fn progress, void *arg, struct errbuf *err);

struct export_format {
	const char *name;
	const char *help;
	bool one_table;		/* writes one table, not all */
	export_fn write;	/* or: */
	export_file_fn write_file;
};

#endif
