// SPDX-License-Identifier: GPL-2.0-only
/* Implements options.h: the words that the value of an option may be. */
#include <ctype.h>
#include <string.h>

#include "cmd/options.h"
#include "exits/groups.h"

const char *option_word(const struct option_row *row, size_t i, size_t *len)
{
	const char *word = row->word ? row->word(i) : row->arg;

	if (row->word) {
		*len = word ? strlen(word) : 0;
		return word;
	}
	while (word && *word) {
		*len = strcspn(word, "|");
		if (islower((unsigned char)*word) && !i--)
			return word;
		word += *len + (word[*len] == '|');
	}
	return NULL;
}

const char *group_word(size_t i)
{
	return i < NR_GROUPS ? group_table[i].name : NULL;
}

void option_words(struct buf *out, const struct option_row *row,
		  const char *last)
{
	const char *word;
	size_t len, next;

	for (size_t i = 0; (word = option_word(row, i, &len)); i++)
		buf_printf(out, "%s%.*s", !i ? "" :
			   option_word(row, i + 1, &next) ? ", " : last,
			   (int)len, word);
}
