/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and hashed passwords of permitted clients: lines "name:hash", with a hash
 * of crypt(3).
 */
#ifndef EXITSTAT_SERVE_AUTH_H
#define EXITSTAT_SERVE_AUTH_H

#include "util.h"

struct serve_auth;

/* Fails if others can read the file. Returns 0, or -errno with a line in @err. */
int serve_auth_load(struct serve_auth **out, const char *path,
		    struct errbuf *err);
/* Takes about the same time for an unknown name. */
bool serve_auth_check(const struct serve_auth *a, const char *name,
		      const char *password);
void serve_auth_free(struct serve_auth *a);

#endif
