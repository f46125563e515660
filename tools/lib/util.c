// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements util.h: checked numbers, text for people, growing arrays.
 *
 * Has the only parser of numbers from users. Does no I/O.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

int err_set(struct errbuf *err, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return rc;
}

static void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		errx(EXIT_CODE_FAILED, "out of memory");
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		errx(EXIT_CODE_FAILED, "out of memory");
	return p;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		errx(EXIT_CODE_FAILED, "out of memory");
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		errx(EXIT_CODE_FAILED, "out of memory");
	return text;
}

void buf_grow(struct buf *b, size_t more)
{
	b->cap = (b->len + more + 1) * 2;
	b->data = xrealloc(b->data, b->cap);
}

void buf_append(struct buf *b, const void *data, size_t len)
{
	char *to = buf_room(b, len);

	if (len)
		memcpy(to, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		errx(EXIT_CODE_FAILED, "out of memory");
	buf_append(b, text, (size_t)len);
	free(text);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

void *vec_room(void *data, size_t n, size_t *cap, size_t size)
{
	return n < *cap ? data : vec_reserve(data, n, 1, cap, size);
}

void *vec_reserve(void *data, size_t n, size_t more, size_t *cap, size_t size)
{
	if (more <= *cap - n)
		return data;
	*cap = *cap ? *cap : 16;
	while (more > *cap - n)
		*cap *= 2;
	return xrealloc(data, *cap * size);
}

size_t vec_merge(void *data, size_t n, size_t size,
		 int (*compare)(const void *a, const void *b),
		 void (*fold)(void *to, const void *from))
{
	char *to = data, *from = data;

	if (!n)
		return 0;
	qsort(data, n, size, compare);
	for (size_t i = 1; i < n; i++) {
		from += size;
		if (!compare(to, from)) {
			fold(to, from);
			continue;
		}
		to += size;
		if (to != from)
			memcpy(to, from, size);
	}
	return (size_t)(to - (char *)data) / size + 1;
}

/* Digits only: strtoull alone accepts blanks, signs and "12abc". */
static int parse_prefix(const char *s, const char **end, uint64_t *out)
{
	int base = 10;
	char *stop;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
	    isxdigit((unsigned char)s[2]))
		base = 16;
	else if (!isdigit((unsigned char)s[0]))
		return -EINVAL;
	errno = 0;
	*out = strtoull(s, &stop, base);
	*end = stop;
	return errno ? -ERANGE : 0;
}

int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	const char *end;
	uint64_t n;
	int rc;

	rc = parse_prefix(s, &end, &n);
	if (rc)
		return rc;
	if (*end)
		return -EINVAL;
	if (n < min || n > max)
		return -ERANGE;
	*out = n;
	return 0;
}

static const struct {
	const char *suffix;
	uint64_t ns;
} units[] = {
	{ "us", NSEC_PER_USEC },
	{ "ms", NSEC_PER_MSEC },
	{ "s", NSEC_PER_SEC },
	{ "m", 60 * NSEC_PER_SEC },
};

int parse_duration(const char *s, uint64_t min_ns, uint64_t max_ns,
		   uint64_t *out_ns)
{
	const char *end;
	uint64_t n;
	size_t i;
	int rc;

	rc = parse_prefix(s, &end, &n);
	if (rc)
		return rc;
	for (i = 0; i < ARRAY_LEN(units); i++)
		if (!strcmp(end, units[i].suffix))
			break;
	if (i == ARRAY_LEN(units))
		return -EINVAL;
	if (n > max_ns / units[i].ns || n * units[i].ns < min_ns)
		return -ERANGE;
	*out_ns = n * units[i].ns;
	return 0;
}

const char *fmt_count(char out[COUNT_TEXT_LEN], uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu",
				      (unsigned long long)n);
	size_t o = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

static int decimals(double v)
{
	if (v >= 100)
		return 0;
	return v >= 10 ? 1 : 2;
}

const char *fmt_ns(char out[COUNT_TEXT_LEN], uint64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} steps[] = {
		{ NSEC_PER_SEC, "s" }, { NSEC_PER_MSEC, "ms" },
		{ NSEC_PER_USEC, "us" }, { 1, "ns" },
	};
	size_t i = 0;
	double v;

	while (i < ARRAY_LEN(steps) - 1 && ns < steps[i].ns)
		i++;
	v = (double)ns / (double)steps[i].ns;
	snprintf(out, COUNT_TEXT_LEN, "%.*f %s",
		 ns % steps[i].ns ? decimals(v) : 0, v, steps[i].unit);
	return out;
}

const char *fmt_rate(char out[COUNT_TEXT_LEN], double per_s)
{
	if (per_s >= 10 || per_s <= 0)
		return fmt_count(out, (uint64_t)(per_s + 0.5));
	snprintf(out, COUNT_TEXT_LEN, "%.*f", per_s >= 1 ? 1 : 2, per_s);
	return out;
}

void copy_printable(char *dst, size_t size, const char *src)
{
	size_t i;

	for (i = 0; i + 1 < size && src[i]; i++)
		dst[i] = isprint((unsigned char)src[i]) ? src[i] : '?';
	if (size)
		dst[i] = '\0';
}

size_t utf8_length(const char *text)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	const unsigned char *s = (const unsigned char *)text;

	for (size_t n = 0; n < ARRAY_LEN(forms); n++) {
		uint32_t c = s[0] & (unsigned char)~forms[n].mask;
		size_t i;

		if ((s[0] & forms[n].mask) != forms[n].lead)
			continue;
		for (i = 1; i <= n && (s[i] & 0xc0) == 0x80; i++)
			c = c << 6 | (s[i] & 0x3f);
		return i <= n || c < forms[n].least || c > 0x10ffff ||
		       (c >= 0xd800 && c < 0xe000) ? 0 : n + 1;
	}
	return 0;
}

/* U+FFFE and U+FFFF are no characters, and not allowed in XML. */
static bool is_text(const char *c, size_t len)
{
	return len > 1 ? memcmp(c, "\xef\xbf\xbe", 3) &&
			 memcmp(c, "\xef\xbf\xbf", 3) :
			 len == 1 && (unsigned char)*c >= ' ' && *c != 0x7f;
}

void copy_utf8(char *dst, size_t size, const char *src)
{
	size_t at = 0;

	while (*src) {
		size_t len = utf8_length(src);
		bool valid = is_text(src, len);

		if (at + (valid ? len : 1) >= size)
			break;
		memcpy(dst + at, valid ? src : "?", valid ? len : 1);
		at += valid ? len : 1;
		src += len ? len : 1;
	}
	if (size)
		dst[at] = '\0';
}
