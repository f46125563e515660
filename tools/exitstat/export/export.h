/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording for other programs: its tables as rows with names, what they
 * refer to put in, and one writer per format. A table has the same columns in
 * every format.
 */
#ifndef EXITSTAT_EXPORT_H
#define EXITSTAT_EXPORT_H

#include <stdio.h>

#include "recording/reader.h"

#define EXPORT_MAX_COLUMNS	17

struct export_value {
	enum export_kind {
		EXPORT_NONE,	/* the source does not fill it */
		EXPORT_NUMBER,
		EXPORT_TEXT,
	} kind;
	int64_t n;
	const char *text;	/* valid until the next row */
};

struct export_row {
	struct export_value v[EXPORT_MAX_COLUMNS];
	size_t nr;
	char text[48];		/* room for one that is made */
};

struct export_table {
	const char *name;
	const char *help;
	uint32_t group;		/* KES_GROUP_* that it is of, or 0 */
	const char *field;	/* NULL, or what the source must fill */
	enum pack_kind kind;	/* of its rows */
	/* NULL at the end; each row has as many values */
	const char *columns[EXPORT_MAX_COLUMNS + 1];
	void (*fill)(const struct recording *r, const int64_t *n,
		     struct export_row *row);
};

/* The first is the one that nobody has to ask for. */
extern const struct export_table export_tables[];
extern const size_t export_nr_tables;

/* The interval of a sample's rows: from the end of the sample before. */
uint64_t export_begin_ns(const struct recording *r, size_t sample);
/* 0, or -ENODATA with a line in @err: nobody recorded what it shows. */
int export_need(const struct recording *r, const struct export_table *t,
		struct errbuf *err);
typedef void (*export_row_fn)(void *arg, const struct export_row *row);
int export_for_each(struct recording *r, const struct export_table *t,
		    export_row_fn fn, void *arg, struct errbuf *err);

/*
 * A format's writer: 0, or -errno with a line in @err. Write errors are left to
 * @out. @t is for those that write one table.
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
 * For a format that is no stream: to @file, which is empty and called @name in
 * errors. @progress is called now and then with the share that is done.
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
	bool one_table;		/* and not all of them */
	export_fn write;	/* or: */
	export_file_fn write_file;
};

#endif
