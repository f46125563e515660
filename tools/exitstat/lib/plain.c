// SPDX-License-Identifier: GPL-2.0-only
/* Implements plain.h. */
#include <err.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "lib/plain.h"
#include "util.h"

bool plain_has_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

FILE *plain_begin(struct plain *p)
{
	p->f = open_memstream(&p->data, &p->len);
	if (!p->f)
		errx(EXIT_CODE_FAILED, "out of memory");
	return p->f;
}

void plain_end(struct plain *p)
{
	if (fclose(p->f))
		errx(EXIT_CODE_FAILED, "out of memory");
	if (!plain_has_utf8())
		for (size_t i = 0; i < p->len; i++)
			if ((unsigned char)p->data[i] >= 0x80)
				p->data[i] = '?';
	fwrite(p->data, 1, p->len, stdout);
	free(p->data);
}
