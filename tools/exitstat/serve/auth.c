// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements auth.h.
 */
#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/sysroot.h"
#include "serve/auth.h"

struct user {
	const char *name;
	const char *hash;
};

struct serve_auth {
	struct buf text;
	struct user *users;
	size_t nr, cap;
};

static bool is_hash(const char *hash)
{
	struct crypt_data data = { 0 };
	const char *got = crypt_r("", hash, &data);

	return hash[0] == '$' && got && got[0] == '$';
}

static int add_line(struct serve_auth *a, const char *path, size_t nr,
		    char *line, struct errbuf *err)
{
	char *colon = strchr(line, ':');

	if (!*line || *line == '#')
		return 0;
	if (!colon || colon == line || !is_hash(colon + 1))
		return err_set(err, -EINVAL,
			       "%s: line %zu is not NAME:HASH (make a hash with openssl passwd -6)",
			       path, nr);
	*colon = '\0';
	a->users = vec_room(a->users, a->nr, &a->cap, sizeof(*a->users));
	a->users[a->nr++] = (struct user) { line, colon + 1 };
	return 0;
}

static int add_lines(struct serve_auth *a, const char *path,
		     struct errbuf *err)
{
	char *line = a->text.data, *next;
	size_t nr = 1;
	int rc = 0;

	for (; !rc && line && *line; line = next, nr++) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		rc = add_line(a, path, nr, line, err);
	}
	if (!rc && !a->nr)
		rc = err_set(err, -EINVAL, "%s: no line NAME:HASH", path);
	return rc;
}

int serve_auth_load(struct serve_auth **out, const char *path,
		    struct errbuf *err)
{
	struct serve_auth *a = xcalloc(1, sizeof(*a));
	struct stat st;
	int rc = sysroot_read("", path, &a->text);

	if (rc)
		err_set(err, rc, "%s: %s", path, strerror(-rc));
	else if (!stat(path, &st) && st.st_mode & 0077)
		rc = err_set(err, -EACCES,
			     "%s: readable by others (chmod 600)", path);
	else
		rc = add_lines(a, path, err);
	if (rc) {
		serve_auth_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

/* Compare in constant time. */
static bool same(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char diff = 0;

	if (len != strlen(b))
		return false;
	for (size_t i = 0; i < len; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return !diff;
}

bool serve_auth_check(const struct serve_auth *a, const char *name,
		      const char *password)
{
	const struct user *u = &a->users[0];
	struct crypt_data data = { 0 };
	bool known = false;
	const char *got;

	for (size_t i = 0; !known && i < a->nr; i++) {
		known = !strcmp(a->users[i].name, name);
		if (known)
			u = &a->users[i];
	}
	got = crypt_r(password, u->hash, &data);
	return got && same(got, u->hash) && known;
}

void serve_auth_free(struct serve_auth *a)
{
	if (!a)
		return;
	free(a->users);
	buf_free(&a->text);
	free(a);
}
