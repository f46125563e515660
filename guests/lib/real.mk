# SPDX-License-Identifier: GPL-2.0-only
#
# How real-mode guests are made: $(CORPUS) from corpus/, each as a flat image
# (NAME.bin) and as firmware (NAME.rom), and what it must print (NAME.out).
# Included by the guests' Makefile.

REAL_LIB := start print
REAL_CFLAGS := -m16 -march=i386 -Os -std=gnu11 -Wall -Wextra -Werror \
	-ffreestanding -fno-builtin -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -mno-sse -mno-mmx -fcf-protection=none
REAL_LDFLAGS := -m elf_i386 -nostdlib -static -z noexecstack \
	--build-id=none -T lib/real.lds
REAL_HEADERS := lib/real.h lib/abi.h

CORPUS_FILES := $(foreach guest,$(CORPUS),$(O)/$(guest).bin \
	$(O)/$(guest).rom $(O)/$(guest).out)

$(CORPUS:%=$(O)/%.bin): $(O)/%.bin: $(O)/obj/flat/%.elf
	objcopy -O binary $< $@

$(CORPUS:%=$(O)/%.rom): $(O)/%.rom: $(O)/obj/rom/%.elf
	objcopy -O binary --gap-fill 0 $< $@

$(O)/%.out: golden/%.out | $(O)/obj
	install -m 644 $< $@

$(O)/obj/flat/%.elf: $(O)/obj/flat/%.o $(O)/obj/flat/real.a lib/real.lds
	$(LD) $(REAL_LDFLAGS) -o $@ $< $(O)/obj/flat/real.a

$(O)/obj/rom/%.elf: $(O)/obj/rom/%.o $(O)/obj/rom/real.a \
		$(O)/obj/rom/real-rom.o lib/real.lds
	$(LD) $(REAL_LDFLAGS) -o $@ $< $(O)/obj/rom/real-rom.o \
		$(O)/obj/rom/real.a

# An archive: the linker takes of it what a guest uses.
$(O)/obj/%/real.a: $(REAL_LIB:%=$(O)/obj/\%/real-%.o)
	rm -f $@
	$(AR) rcD $@ $^

define real-objects
$(O)/obj/$(1)/%.o: corpus/%.c $(REAL_HEADERS) | $(O)/obj/$(1)
	$$(CC) $$(REAL_CFLAGS) $(2) -c -o $$@ $$<
$(O)/obj/$(1)/%.o: corpus/%.S $(REAL_HEADERS) | $(O)/obj/$(1)
	$$(CC) $$(REAL_CFLAGS) $(2) -c -o $$@ $$<
$(O)/obj/$(1)/%.o: lib/%.c $(REAL_HEADERS) | $(O)/obj/$(1)
	$$(CC) $$(REAL_CFLAGS) $(2) -c -o $$@ $$<
$(O)/obj/$(1)/%.o: lib/%.S $(REAL_HEADERS) | $(O)/obj/$(1)
	$$(CC) $$(REAL_CFLAGS) $(2) -c -o $$@ $$<
$(O)/obj/$(1):
	mkdir -p $$@
endef
$(eval $(call real-objects,flat,))
$(eval $(call real-objects,rom,-DGUEST_ROM))
