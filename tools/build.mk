# SPDX-License-Identifier: GPL-2.0-only
#
# What the makefiles of tools/ have in common. V=1 shows commands, SAN=1 is address
# and undefined-behaviour sanitizers.

Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)	$(2)')
comma := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
WARNINGS := -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE
# A file that changes when its words do, for what depends on flags: words in a file.
keep_words = mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
# A source that has moved since is no error in what an earlier build noted; such
# notes are not made from anything.
%.c: ;
%.d: ;
