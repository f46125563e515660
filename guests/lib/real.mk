# SPDX-License-Identifier: GPL-2.0-only
#
# Rules for the real-mode guests: $(CORPUS) from corpus/, each as a flat image
# (NAME.bin) and as firmware (NAME.rom), with its expected output (NAME.out).
# Included by guests/Makefile.

REAL_LIB := start print
REAL_CFLAGS := -m16 -march=i386 -fno-builtin $(FREESTANDING)
REAL_LINK := $(GUEST_LD) -m elf_i386 -T lib/real.lds

CORPUS_FILES := $(foreach guest,$(CORPUS),$(O)/$(guest).bin \
	$(O)/$(guest).rom $(O)/$(guest).out)

$(CORPUS:%=$(O)/%.bin): $(O)/%.bin: $(O)/obj/flat/%.elf
	objcopy -O binary $< $@

$(CORPUS:%=$(O)/%.rom): $(O)/%.rom: $(O)/obj/rom/%.elf
	objcopy -O binary --gap-fill 0 $< $@

$(O)/obj/flat/%.elf: $(O)/obj/flat/%.o $(O)/obj/flat/real.a lib/real.lds
	$(REAL_LINK) -o $@ $< $(O)/obj/flat/real.a

$(O)/obj/rom/%.elf: $(O)/obj/rom/%.o $(O)/obj/rom/real.a \
		$(O)/obj/rom/real-rom.o lib/real.lds
	$(REAL_LINK) -o $@ $< $(O)/obj/rom/real-rom.o \
		$(O)/obj/rom/real.a

# An archive, so that the linker uses only the objects that a guest needs.
$(O)/obj/%/real.a: $(REAL_LIB:%=$(O)/obj/\%/real-%.o)
	rm -f $@
	$(AR) rcD $@ $^

$(foreach from,corpus lib,\
	$(eval $(call objects,flat/,$(from)/,$(REAL_CFLAGS))) \
	$(eval $(call objects,rom/,$(from)/,$(REAL_CFLAGS) -DGUEST_ROM)))
