/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and hashed passwords of who may read: lines "name:hash", the hash as
 * crypt(3) knows it.
 */
#ifndef EXITSTAT_SERVE_AUTH_H
#define EXITSTAT_SERVE_AUTH_H

#include "util.h"

struct serve_auth;

/* Refuses a file that others can read. 0, or -errno with a line in @err. */
int serve_auth_load(struct serve_auth **out, const char *path,
		    struct errbuf *err);
/* Takes about as long for a name that is not there. */
bool serve_auth_check(const struct serve_auth *a, const char *name,
		      const char *password);
void serve_auth_free(struct serve_auth *a);

#endif
