# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the makefiles in tools/. V=1 shows commands; SAN=1 enables the address and
# undefined-behaviour sanitizers.

Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)	$(2)')
comma := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
WARNINGS := -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE
# Update a file only if its words change, as a dependency on flags.
keep_words = mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
# A source that has moved is not an error in dependencies of an earlier build.
%.c: ;
%.d: ;
