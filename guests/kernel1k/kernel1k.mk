# SPDX-License-Identifier: GPL-2.0-only
#
# Rules for kernel1k, a multiboot ELF file. Included by guests/Makefile.

K1_KERNEL := boot entry main gdt idt interrupt paging ring3 timer serial syscall
K1_PROGRAMS := user multiplication counter fibonacci primes factorial gcd \
	calculator echo trespass
K1_OBJS := $(addprefix $(O)/obj/kernel1k/,$(K1_KERNEL:%=%.o) lib/idt.o \
	$(K1_PROGRAMS:%=programs/%.o))
K1_CFLAGS := -m32 -march=i686 -fno-builtin $(FREESTANDING)
K1_FILES := $(addprefix $(O)/,kernel1k kernel1k.in kernel1k.out kernel1k.cfg)

$(O)/kernel1k: $(K1_OBJS) kernel1k/kernel.lds
	$(GUEST_LD) -m elf_i386 -s -z max-page-size=4096 -T kernel1k/kernel.lds \
		-o $@ $(K1_OBJS)

$(eval $(call objects,kernel1k/,kernel1k/,$(K1_CFLAGS)))
$(eval $(call objects,kernel1k/lib/,lib/,$(K1_CFLAGS)))
