// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of budgets, exitstat-budget(5): its keywords and its parser, which
 * rejects everything that it does not understand. Names must exist, because a
 * budget for a misspelt name would always be met.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "budget/budget.h"
#include "kvm-exits.h"
#include "lib/suggest.h"
#include "exits/reasons.h"

#define MAX_BYTES	(1 << 18)	/* parsing is quadratic in lines */
#define UNIT(u)		(1u << BUDGET_##u)

typedef int (*name_fn)(const char *typed, char *out, size_t size,
		       struct errbuf *err);
static int reason_name(const char *typed, char *out, size_t size,
		       struct errbuf *err);
static int class_name(const char *typed, char *out, size_t size,
		      struct errbuf *err);
static int kvm_exit(const char *typed, char *out, size_t size,
		    struct errbuf *err);

static const struct {
	const char *name;
	name_fn named;		/* NULL: no name */
	unsigned int units;
} words[] = {
	[BUDGET_EXITS] = { "exits", NULL, UNIT(COUNT) | UNIT(RATE) | UNIT(TIME) },
	[BUDGET_REASON] = { "reason", reason_name,
			    UNIT(COUNT) | UNIT(RATE) | UNIT(TIME) },
	[BUDGET_CLASS] = { "class", class_name,
			   UNIT(COUNT) | UNIT(RATE) | UNIT(TIME) },
	[BUDGET_USERSPACE] = { "userspace", NULL, UNIT(COUNT) | UNIT(RATE) },
	[BUDGET_KVM_EXIT] = { "kvm-exit", kvm_exit, UNIT(COUNT) | UNIT(RATE) },
};
_Static_assert(ARRAY_LEN(words) == BUDGET_NR_WHAT, "a word for each");

const char *budget_what_name(enum budget_what what)
{
	return words[what].name;
}

const char *budget_unit_name(enum budget_unit unit)
{
	static const char *const names[] = {
		[BUDGET_COUNT] = "exits", [BUDGET_RATE] = "exits/s",
		[BUDGET_TIME] = "ns",
	};

	return names[unit];
}

void budget_label(const struct budget_line *l, struct buf *out)
{
	if (*l->phase)
		buf_printf(out, "[%s] ", l->phase);
	buf_printf(out, "%s%s%s", words[l->what].name, *l->name ? " " : "",
		   l->name);
}

const char *budget_fmt(char out[COUNT_TEXT_LEN], enum budget_unit unit,
		       double x)
{
	char rate[COUNT_TEXT_LEN];

	if (unit == BUDGET_TIME)
		return fmt_ns(out, (uint64_t)x);
	if (unit == BUDGET_COUNT)
		return fmt_count(out, (uint64_t)x);
	snprintf(out, COUNT_TEXT_LEN, "%.28s/s", fmt_rate(rate, x));
	return out;
}

/* Codes without a name: those of PVM, and those newer than exits.def. */
static bool is_code_name(const char *name)
{
	uint64_t code;

	if (strncmp(name, "code ", 5) && strncmp(name, "CODE_", 5))
		return false;
	return !strncmp(name + 5, "0x", 2) &&
	       !parse_u64(name + 5, 0, UINT64_MAX, &code);
}

static const struct reason *find_reason(const char *name)
{
	static const uint32_t isas[] = { KES_ISA_VMX, KES_ISA_SVM, KES_ISA_KVM };
	const struct reason *r = NULL;

	for (size_t i = 0; i < ARRAY_LEN(isas) && !r; i++)
		r = reason_by_name(isas[i], name);
	return r && !reason_is_pseudo(r->code) ? r : NULL;
}

bool budget_knows_reason(const char *name)
{
	const struct reason *r = find_reason(name);

	return is_code_name(name) || (r && !strcmp(r->name, name));
}

static int unknown(const char *kind, const char *typed, const char *meant,
		   struct errbuf *err)
{
	char shown[64];

	copy_printable(shown, sizeof(shown), typed);
	if (!meant)
		return err_set(err, -EINVAL, "unknown %s \"%s\"", kind,
			       shown);
	return err_set(err, -EINVAL,
		       "unknown %s \"%s\" (did you mean %s?)", kind,
		       shown, meant);
}

static int reason_name(const char *typed, char *out, size_t size,
		       struct errbuf *err)
{
	const struct reason *r = find_reason(typed);
	const char *meant = NULL;

	if (r || is_code_name(typed)) {
		snprintf(out, size, "%s", r ? r->name : typed);
		return 0;
	}
	reason_suggest(typed, &meant, 1);
	return unknown("exit reason", typed, meant, err);
}

/* Find @typed in @names. */
static int find_name(const char *kind, const char *typed,
		     const char *const *names, size_t nr, size_t *at,
		     struct errbuf *err)
{
	for (*at = 0; *at < nr; ++*at)
		if (names[*at] && !strcmp(names[*at], typed))
			return 0;
	return unknown(kind, typed, suggest_one(typed, names, nr), err);
}

static int class_name(const char *typed, char *out, size_t size,
		      struct errbuf *err)
{
	const char *names[REASON_NR_CLASSES];
	size_t at;

	for (int i = 0; i < REASON_NR_CLASSES; i++)
		names[i] = reason_class_name(i);
	snprintf(out, size, "%s", typed);
	return find_name("class", typed, names, ARRAY_LEN(names), &at, err);
}

static int kvm_exit(const char *typed, char *out, size_t size,
		    struct errbuf *err)
{
	const char *const *names;
	size_t nr, at;

	names = kvm_exit_names(&nr);
	if (!strncmp(typed, "KVM_EXIT_", 9))
		typed += 9;
	snprintf(out, size, "%s", typed);
	return find_name("KVM_EXIT", typed, names, nr, &at, err);
}

/* Remove the commas of "1,234,567"; false if one is misplaced. */
static bool drop_commas(const char *in, char *out, size_t size)
{
	size_t first = strcspn(in, ","), n = 0;

	if (strlen(in) >= size || (in[first] && (!first || first > 3)))
		return false;
	for (size_t i = 0; in[i]; i++) {
		if (in[i] == ',') {
			if (strspn(in + i + 1, "0123456789") != 3)
				return false;
			continue;
		}
		out[n++] = in[i];
	}
	out[n] = '\0';
	return true;
}

/* The unit selects the quantity: none (exits), "/s", or a unit of time. */
static int parse_limit(const char *text, struct budget_line *l,
		       struct errbuf *err)
{
	char digits[64], shown[64];
	int rc = -EINVAL;
	size_t len;

	copy_printable(shown, sizeof(shown), text);
	if (!drop_commas(text, digits, sizeof(digits)))
		return err_set(err, -EINVAL, "%s: not a number", shown);
	len = strlen(digits);
	l->unit = BUDGET_COUNT;
	if (len > 2 && !strcmp(digits + len - 2, "/s")) {
		l->unit = BUDGET_RATE;
		digits[len - 2] = '\0';
	}
	rc = parse_u64(digits, 0, BUDGET_MAX, &l->max);
	if (rc == -EINVAL && l->unit == BUDGET_COUNT) {
		l->unit = BUDGET_TIME;
		rc = parse_duration(digits, 0, BUDGET_MAX, &l->max);
	}
	if (rc == -ERANGE)
		return err_set(err, rc, "%s: more than %llu", shown, BUDGET_MAX);
	if (rc)
		return err_set(err, rc,
			       "%s: not a number of exits (1,234), a rate (500/s), or a time (20ms)",
			       shown);
	return 0;
}

static int check_unit(const struct budget_line *l, struct errbuf *err)
{
	if (!(words[l->what].units & 1u << l->unit))
		return err_set(err, -EINVAL,
			       "%s: the cost of returns is not recorded (use the time of a reason)",
			       words[l->what].name);
	if (l->unit == BUDGET_TIME && *l->phase)
		return err_set(err, -EINVAL,
			       "a time limit requires the whole run, not a phase");
	return 0;
}

/* Split @text after its first word, or before its last one; NULL: one word. */
static char *split(char *text, bool last)
{
	char *at = text + strcspn(text, " \t"), *end;

	if (!*at)
		return NULL;
	if (last) {
		at = text + strlen(text);
		while (!strchr(" \t", at[-1]))
			at--;
		for (end = at; strchr(" \t", end[-1]); end--)
			;
		*end = '\0';
		return at;
	}
	*at++ = '\0';
	return at + strspn(at, " \t");
}

static int find_word(const char *word, enum budget_what *what,
		     struct errbuf *err)
{
	const char *names[BUDGET_NR_WHAT];
	size_t at;
	int rc;

	for (int i = 0; i < BUDGET_NR_WHAT; i++)
		names[i] = words[i].name;
	rc = find_name("budget", word, names, BUDGET_NR_WHAT, &at, err);
	*what = (enum budget_what)at;
	return rc;
}

/* WORD [NAME] LIMIT */
static int parse_budget(char *text, struct budget_line *l, struct errbuf *err)
{
	char *rest = split(text, false), *limit = rest;
	int rc = find_word(text, &l->what, err);

	if (rc)
		return rc;
	if (!rest)
		return err_set(err, -EINVAL, "%s: no limit", text);
	if (words[l->what].named) {
		limit = split(rest, true);
		if (!limit)
			return err_set(err, -EINVAL, "expected %s NAME LIMIT",
				       text);
		rc = words[l->what].named(rest, l->name, sizeof(l->name), err);
	}
	if (!rc)
		rc = parse_limit(limit, l, err);
	return rc ? rc : check_unit(l, err);
}

static int parse_phase(char *text, char *phase, size_t size,
		       struct errbuf *err)
{
	size_t len = strlen(text);

	if (text[len - 1] != ']' || len < 3)
		return err_set(err, -EINVAL, "expected [PHASE]");
	text[len - 1] = '\0';
	if (len - 2 >= size)
		return err_set(err, -EINVAL,
			       "the name of a phase is limited to %zu characters",
			       size - 1);
	snprintf(phase, size, "%s", text + 1);
	return 0;
}

/* A comment begins with a # at the start of the line or after a blank. */
static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	for (char *at = s; *at; at++) {
		if (*at == '#' && (at == s || at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			break;
		}
	}
	len = strlen(s);
	while (len && strchr(" \t\r", s[len - 1]))
		s[--len] = '\0';
	return s;
}

static bool is_same(const struct budget_line *a, const struct budget_line *b)
{
	return a->what == b->what && a->unit == b->unit &&
	       !strcmp(a->phase, b->phase) && !strcmp(a->name, b->name);
}

static int add_line(struct budget *b, const struct budget_line *l,
		    struct errbuf *err)
{
	for (size_t i = 0; i < b->nr; i++)
		if (is_same(&b->lines[i], l))
			return err_set(err, -EINVAL,
				       "duplicate of line %u",
				       b->lines[i].line);
	b->lines = vec_room(b->lines, b->nr, &b->cap, sizeof(*b->lines));
	b->lines[b->nr++] = *l;
	return 0;
}

static int parse_line(struct budget *b, char *text, struct budget_line *at,
		      struct errbuf *err)
{
	struct budget_line l = *at;
	int rc;

	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c) && *c != '\t' && *c != '\r')
			return err_set(err, -EINVAL, "not a text file");
	text = trim(text);
	if (!*text)
		return 0;
	if (*text == '[')
		return parse_phase(text, at->phase, sizeof(at->phase), err);
	rc = parse_budget(text, &l, err);
	return rc ? rc : add_line(b, &l, err);
}

int budget_parse(struct budget *b, const char *text, size_t len,
		 const char *path, struct errbuf *err)
{
	char *copy = xcalloc(len + 1, 1), *next = copy, *line;
	struct budget_line at = { 0 };
	struct errbuf detail;
	int rc = 0;

	memset(b, 0, sizeof(*b));
	b->path = xstrdup(path);
	memcpy(copy, text, len);
	if (strlen(copy) != len)
		rc = err_set(err, -EINVAL, "%.200s: not a text file", path);
	while (!rc && (line = strsep(&next, "\n"))) {
		at.line++;
		rc = parse_line(b, line, &at, &detail);
		if (rc)
			err_set(err, rc, "%.200s:%u: %.280s", path, at.line,
				detail.text);
	}
	if (!rc && !b->nr)
		rc = err_set(err, -EINVAL, "%.200s: no budgets", path);
	free(copy);
	if (rc)
		budget_free(b);
	return rc;
}

int budget_read(struct budget *b, const char *path, struct errbuf *err)
{
	struct buf text = { 0 };
	FILE *f = fopen(path, "re");
	int rc;

	if (!f)
		return err_set(err, -errno, "%.300s: %s", path,
			       strerror(errno));
	text.len = fread(buf_room(&text, MAX_BYTES + 1), 1, MAX_BYTES + 1, f);
	if (ferror(f))
		rc = err_set(err, -EIO, "%.300s: %s", path, strerror(errno));
	else if (text.len > MAX_BYTES)
		rc = err_set(err, -EFBIG, "%.300s: file too large",
			     path);
	else
		rc = budget_parse(b, text.data, text.len, path, err);
	fclose(f);
	buf_free(&text);
	return rc;
}

void budget_free(struct budget *b)
{
	free(b->path);
	free(b->lines);
	memset(b, 0, sizeof(*b));
}
