/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checked numbers, text for people, growing arrays and one error line.
 *
 * Nothing here prints: library code fills a struct errbuf, and the command
 * that called it says so. Running out of memory is the one exception, as no
 * command could do anything about it.
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

/* One line for the user: what, errno, what to do. Empty: no error. */
struct errbuf {
	char text[512];
};

/* Writes the line and returns @rc, so that "return err_set(...)" reads well. */
int err_set(struct errbuf *err, int rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Text or bytes that grow. data is always NUL-terminated once non-NULL. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_append(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Room for @more bytes behind what is there, for who fills it by itself. */
char *buf_room(struct buf *b, size_t more);
void buf_free(struct buf *b);

void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Room for one more element: returns the (moved) array, doubles *cap. */
void *vec_room(void *data, size_t n, size_t *cap, size_t size);
/* The same for @more elements. */
void *vec_reserve(void *data, size_t n, size_t more, size_t *cap, size_t size);

/*
 * Sorts an array and makes one element of all that @compare finds equal, by
 * @fold, which adds *from to *to. Returns how many are left.
 */
size_t vec_merge(void *data, size_t n, size_t size,
		 int (*compare)(const void *a, const void *b),
		 void (*fold)(void *to, const void *from));

/*
 * The whole of @s as a number (decimal, or hexadecimal after 0x) within
 * [min, max]. -EINVAL: not a number; -ERANGE: out of range.
 */
int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/* As parse_u64, with a required unit (us, ms, s, m); result in ns. */
int parse_duration(const char *s, uint64_t min_ns, uint64_t max_ns,
		   uint64_t *out_ns);

/* "1234567" as "1,234,567", into @out, which is returned. */
#define COUNT_TEXT_LEN 32
const char *fmt_count(char out[COUNT_TEXT_LEN], uint64_t n);

/* Nanoseconds in the largest unit that fits: "12.3 s"; exactly "100 ms". */
const char *fmt_ns(char out[COUNT_TEXT_LEN], uint64_t ns);

/* A rate per second with as many digits as make sense. */
const char *fmt_rate(char out[COUNT_TEXT_LEN], double per_s);

/* Copies @src, with what a terminal could act on replaced by '?'. */
void copy_printable(char *dst, size_t size, const char *src);

/* Bytes of the UTF-8 character at the beginning of @text; 0: not valid. */
size_t utf8_length(const char *text);

/*
 * Copies @src up to the last character that fits. Control characters and
 * whatever is not valid UTF-8 become '?'.
 */
void copy_utf8(char *dst, size_t size, const char *src);

#endif
