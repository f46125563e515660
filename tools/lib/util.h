/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checked numbers, text for people, growing arrays and one error line.
 *
 * Nothing here prints: library code fills a struct errbuf, and the calling command
 * prints it. The only exception is running out of memory, which no command can handle.
 */
#ifndef EXITSTAT_UTIL_H
#define EXITSTAT_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull
#define NSEC_PER_USEC	1000ull

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define UNUSED		__attribute__((unused))

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_CANNOT = 77,
};

/* A message for the user: what, errno, what to do. Empty: no error. */
struct errbuf {
	char text[512];
};

/* Stores the message and returns @rc, for use as "return err_set(...)". */
int err_set(struct errbuf *err, int rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A growing buffer of text or bytes. data is NUL-terminated unless NULL. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_append(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_grow(struct buf *b, size_t more);
/* Reserves @more bytes at the end; the caller fills them and advances len. */
static inline char *buf_room(struct buf *b, size_t more)
{
	if (b->len + more + 1 > b->cap)
		buf_grow(b, more);
	return b->data + b->len;
}

void buf_free(struct buf *b);

void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ensures room for one more element; returns the array, which may move. */
void *vec_room(void *data, size_t n, size_t *cap, size_t size);
/* The same for @more elements. */
void *vec_reserve(void *data, size_t n, size_t more, size_t *cap, size_t size);

/*
 * Sorts an array and merges elements that @compare finds equal, with @fold, which adds
 * *from to *to. Returns the remaining number.
 */
size_t vec_merge(void *data, size_t n, size_t size,
		 int (*compare)(const void *a, const void *b),
		 void (*fold)(void *to, const void *from));

/*
 * Parses all of @s as a number (decimal, or hexadecimal with 0x) in [min, max]. Returns
 * 0, -EINVAL if it is not a number, or -ERANGE.
 */
int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/* Like parse_u64, with a required unit (us, ms, s, m); the result is in ns. */
int parse_duration(const char *s, uint64_t min_ns, uint64_t max_ns,
		   uint64_t *out_ns);

/* Formats 1234567 as "1,234,567" in @out, which is returned. */
#define COUNT_TEXT_LEN 32
const char *fmt_count(char out[COUNT_TEXT_LEN], uint64_t n);

/* Formats nanoseconds in the largest suitable unit: "12.3 s", "100 ms". */
const char *fmt_ns(char out[COUNT_TEXT_LEN], uint64_t ns);

/* Formats a rate per second with a suitable number of digits. */
const char *fmt_rate(char out[COUNT_TEXT_LEN], double per_s);

/* Copies @src, with '?' for characters that a terminal could interpret. */
void copy_printable(char *dst, size_t size, const char *src);

/* The length of the UTF-8 character at the start of @text; 0: invalid. */
size_t utf8_length(const char *text);

/*
 * Copies @src up to the last character that fits. Control characters and invalid UTF-8
 * become '?'.
 */
void copy_utf8(char *dst, size_t size, const char *src);

#endif
