# SPDX-License-Identifier: GPL-2.0-only
#
# How kernel1k is made: a multiboot ELF file. Included by the guests' Makefile.

K1_KERNEL := boot entry main gdt idt paging timer serial syscall
K1_PROGRAMS := user multiplication counter fibonacci primes factorial gcd \
	calculator echo trespass
K1_OBJ := $(O)/obj/kernel1k
K1_OBJS := $(K1_KERNEL:%=$(K1_OBJ)/%.o) $(K1_PROGRAMS:%=$(K1_OBJ)/programs/%.o)
K1_CFLAGS := -m32 -march=i686 -Os -std=gnu11 -Wall -Wextra -Werror \
	-ffreestanding -fno-builtin -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -mno-sse -mno-mmx -fcf-protection=none
K1_HEADERS := $(wildcard kernel1k/*.h kernel1k/programs/*.h) lib/abi.h lib/multiboot.h
K1_FILES := $(addprefix $(O)/,kernel1k kernel1k.in kernel1k.out kernel1k.cfg)

$(O)/kernel1k: $(K1_OBJS) kernel1k/kernel.lds
	$(LD) -m elf_i386 -nostdlib -static -s -z noexecstack --build-id=none \
		-z max-page-size=4096 -T kernel1k/kernel.lds -o $@ $(K1_OBJS)

$(K1_OBJ)/%.o: kernel1k/%.c $(K1_HEADERS) | $(K1_OBJ)/programs
	$(CC) $(K1_CFLAGS) -c -o $@ $<

$(K1_OBJ)/%.o: kernel1k/%.S $(K1_HEADERS) | $(K1_OBJ)/programs
	$(CC) $(K1_CFLAGS) -c -o $@ $<

$(K1_OBJ)/programs:
	mkdir -p $@

$(O)/kernel1k.in: golden/kernel1k.in | $(O)/obj
	install -m 644 $< $@

$(O)/kernel1k.cfg: kernel1k/kernel1k.cfg | $(O)/obj
	install -m 644 $< $@
