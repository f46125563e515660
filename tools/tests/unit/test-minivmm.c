// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of minivmm: the memory accessor, options, the serial port, the
 * loaders with right images and with one thing wrong at a time.
 */

#include "unit.h"
#include "abi.h"
#include "load.h"
#include "options.h"
#include "serial.h"
#include "vmmimages.h"

#define MEMORY_BYTES	0x200000

static void memory(void **state)
{
	uint8_t bytes[16] = { 0 };
	const struct memory m = { bytes, sizeof(bytes) };

	assert_ptr_equal(memory_at(&m, 0, 16), bytes);
	assert_ptr_equal(memory_at(&m, 15, 1), bytes + 15);
	assert_ptr_equal(memory_at(&m, 16, 0), bytes + 16);
	assert_null(memory_at(&m, 0, 17));
	assert_null(memory_at(&m, 16, 1));
	assert_null(memory_at(&m, 17, 0));
	assert_null(memory_at(&m, 1, UINT64_MAX));
	assert_null(memory_at(&m, UINT64_MAX, 2));
	assert_int_equal(memory_write(&m, 14, "ab", 2), 0);
	assert_memory_equal(bytes + 14, "ab", 2);
	assert_int_equal(memory_write(&m, 15, "xy", 2), -1);
	assert_memory_equal(bytes + 14, "ab", 2);
}

/* The words of a command line after "minivmm"; getopt moves them about. */
static int parse(struct options *o, const char *line, struct errbuf *err)
{
	static char text[256];
	static char *argv[64];
	int argc = 1;

	argv[0] = (char *)"minivmm";
	strcpy(text, line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(o, argc, argv, err);
}

static void options_right(void **state)
{
	struct options o;
	struct errbuf err;

	assert_int_equal(parse(&o, "a b --vcpus 2 --memory 1M", &err), 0);
	assert_int_equal(o.nr_images, 2);
	assert_int_equal(o.vcpus, 2);
	assert_int_equal(o.memory, 1 << 20);
	assert_string_equal(o.images[1], "b");
	assert_int_equal(o.mode, NR_MODES);
	assert_int_equal(parse(&o, "--timer=100 --timeout 2 --stats a", &err), 0);
	assert_true(o.timer);
	assert_int_equal(o.timer_hz, 100);
	assert_int_equal(o.timeout_ns, 2 * NSEC_PER_SEC);
	assert_int_equal(o.stats, STATS_TEXT);
	assert_int_equal(o.vcpus, 1);
	assert_int_equal(parse(&o, "--stats=json --timer --timeout 50ms --mode long a",
			       &err), 0);
	assert_int_equal(o.stats, STATS_JSON);
	assert_int_equal(o.timeout_ns, 50 * NSEC_PER_MSEC);
	assert_int_equal(o.timer_hz, 0);
	assert_int_equal(o.mode, MODE_LONG);
	assert_int_equal(parse(&o, "--vcpus 64 --memory 65536 a", &err), 0);
	assert_int_equal(parse(&o, "--help", &err), 0);
	assert_true(o.help);
}

static void options_wrong(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "", "no image" },
		{ "--vcpus 0 a", "--vcpus 0: out of range" },
		{ "--vcpus 65 a", "--vcpus 65: out of range" },
		{ "--vcpus x a", "--vcpus x: not understood" },
		{ "--vcpus 3 a b", "2 images on 3 vCPUs" },
		{ "--memory 63K a", "--memory 63K: out of range" },
		{ "--memory 4G a", "--memory 4G: out of range" },
		{ "--memory 65537 a", "--memory 65537: not understood" },
		{ "--memory K a", "--memory K: not understood" },
		{ "--memory 99999999999999999999G a", "out of range" },
		{ "--mode flat a", "--mode flat: not understood" },
		{ "--timer=0 a", "--timer 0: out of range" },
		{ "--timeout 0 a", "--timeout 0: out of range" },
		{ "--timeout 1h a", "--timeout 1h: not understood" },
		{ "--stats=xml a", "--stats xml: not understood" },
		{ "--firmware --mode real a", "--firmware and --mode" },
		{ "--wrong a", "--wrong: no such option" },
		{ "-x a", "no such option" },
		{ "a --vcpus", "--vcpus: needs a value" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct options o;
		struct errbuf err = { 0 };

		assert_int_equal(parse(&o, cases[i].line, &err), -EINVAL);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: %s", cases[i].line, err.text);
	}
}

static void serial_sends(void **state)
{
	struct serial s = { 0 };

	assert_int_equal(serial_read(&s, 5), 0x60);
	assert_int_equal(serial_write(&s, 0, 'A'), 'A');
	/* an empty transmitter interrupts once, until IIR is read */
	serial_write(&s, 4, 0x08);
	assert_false(serial_irq(&s));
	serial_write(&s, 1, 0x02);
	assert_true(serial_irq(&s));
	assert_int_equal(serial_read(&s, 2) & 0xf, 0x02);
	assert_false(serial_irq(&s));
	assert_int_equal(serial_read(&s, 2) & 0xf, 0x01);
	serial_write(&s, 0, 'B');
	assert_true(serial_irq(&s));
	/* OUT2 lets no interrupt through */
	serial_write(&s, 4, 0);
	assert_false(serial_irq(&s));
}

static void serial_receives(void **state)
{
	struct serial s = { 0 };

	assert_false(serial_wants(&s));
	serial_write(&s, 1, 0x01);
	assert_false(serial_wants(&s));
	serial_write(&s, 4, 0x08);
	assert_true(serial_wants(&s));
	for (unsigned int i = 0; i < SERIAL_QUEUE + 3; i++)
		serial_receive(&s, (uint8_t)('a' + i));
	assert_false(serial_wants(&s));
	assert_true(serial_irq(&s));
	assert_int_equal(serial_read(&s, 2) & 0xf, 0x04);
	for (unsigned int i = 0; i < SERIAL_QUEUE; i++) {
		assert_int_equal(serial_read(&s, 5), 0x61);
		assert_int_equal(serial_read(&s, 0), 'a' + i);
	}
	assert_int_equal(serial_read(&s, 5), 0x60);
	assert_int_equal(serial_read(&s, 0), 0);
	assert_false(serial_irq(&s));
	serial_receive(&s, 'x');
	serial_write(&s, 2, 0x07);
	assert_int_equal(serial_read(&s, 5), 0x60);
	assert_int_equal(serial_read(&s, 2) & 0xc0, 0xc0);
}

/* What a driver finds a 16550A by. */
static void serial_probed(void **state)
{
	struct serial s = { 0 };

	serial_write(&s, 7, 0x5a);
	assert_int_equal(serial_read(&s, 7), 0x5a);
	serial_write(&s, 1, 0xff);
	assert_int_equal(serial_read(&s, 1), 0x0f);
	serial_write(&s, 4, 0x1a);
	assert_int_equal(serial_read(&s, 6) & 0xf0, 0x90);
	assert_int_equal(serial_write(&s, 0, 'L'), -1);
	assert_int_equal(serial_read(&s, 0), 'L');
	serial_write(&s, 4, 0);
	assert_int_equal(serial_read(&s, 6) & 0xf0, 0xb0);
	serial_write(&s, 3, 0x83);
	serial_write(&s, 0, 0x0c);
	serial_write(&s, 1, 0x01);
	assert_int_equal(serial_read(&s, 0), 0x0c);
	assert_int_equal(serial_read(&s, 1), 0x01);
	serial_write(&s, 3, 0x03);
	assert_int_equal(serial_read(&s, 3), 0x03);
	assert_int_equal(serial_read(&s, 1), 0x0f);
}

/* One image in memory of its own; load() is inspect and load. */
struct loaded {
	uint8_t data[VMMIMAGE_BYTES];
	struct image image;
	struct memory memory;
	struct boot boot;
	struct errbuf err;
};

static void make(struct loaded *l, enum vmmimage kind)
{
	*l = (struct loaded) { .image = { .name = "image" } };
	l->image.len = vmmimage_make(kind, l->data);
	l->image.data = l->data;
	l->memory = (struct memory) { calloc(1, MEMORY_BYTES), MEMORY_BYTES };
	l->boot.mode = NR_MODES;
	assert_non_null(l->memory.base);
}

static int load(struct loaded *l)
{
	int rc = load_inspect(&l->image, &l->boot, &l->err);

	if (!rc)
		rc = load_image(&l->image, &l->memory, &l->boot, &l->err);
	free(l->memory.base);
	l->memory.base = NULL;
	return rc;
}

static void put(struct loaded *l, size_t at, uint32_t word)
{
	memcpy(l->data + at, &word, sizeof(word));
}

static void load_flat(void **state)
{
	struct loaded l;

	make(&l, VMMIMAGE_FLAT);
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.mode, MODE_REAL);
	assert_int_equal(l.boot.wants,
			 MINIVMM_WANTS_TIMER | MINIVMM_WANTS_IRQCHIP);
	assert_int_equal(l.boot.area, 0x100000 - AREA_BYTES);
	/* a wrong sum is no header, and nobody asked for anything */
	make(&l, VMMIMAGE_FLAT);
	put(&l, 76, 0);
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.wants, 0);
	assert_int_equal(l.boot.area, MEMORY_BYTES);
	/* shorter than a header */
	make(&l, VMMIMAGE_FLAT);
	l.image.len = 1;
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.wants, 0);
	make(&l, VMMIMAGE_FLAT);
	put(&l, 68, 2);
	put(&l, 76, 0u - MINIVMM_HEADER_MAGIC - 2 - MINIVMM_WANTS_TIMER);
	assert_int_equal(load(&l), -EINVAL);
	assert_non_null(strstr(l.err.text, "header of version 2"));
	make(&l, VMMIMAGE_FLAT);
	l.memory.size = 64;
	l.boot.mode = MODE_REAL;
	put(&l, 64, 0);
	assert_int_equal(load(&l), -EFBIG);
}

static void load_firmware(void **state)
{
	struct loaded l;

	make(&l, VMMIMAGE_FLAT);
	l.boot.wants = MINIVMM_IS_FIRMWARE;
	put(&l, 64, 0);
	assert_int_equal(load(&l), -EINVAL);
	assert_non_null(strstr(l.err.text, "64 KiB"));
	/* without a header it gets a PC's interrupt chips, but no timer */
	assert_int_equal(l.boot.wants,
			 MINIVMM_IS_FIRMWARE | MINIVMM_WANTS_IRQCHIP);
}

static void load_elf(void **state)
{
	struct loaded l;

	make(&l, VMMIMAGE_ELF32);
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.mode, MODE_PROTECTED);
	assert_int_equal(l.boot.entry, 0x100004);
	assert_int_equal(l.boot.rax, 0x2badb002);
	assert_int_equal(l.boot.rbx, MEMORY_BYTES - AREA_BYTES + AREA_INFO);
	make(&l, VMMIMAGE_ELF64);
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.mode, MODE_LONG);
	assert_int_equal(l.boot.entry, 0x100000);
}

static void load_elf_wrong(void **state)
{
	/* of a 32-bit image: offsets in its header and its program header */
	static const struct {
		size_t at;
		uint32_t word;
		int rc;
		const char *says;
	} cases[] = {
		{ 16, 0x30003, -EINVAL, "not a static program" },
		{ 16, 0x280002, -EINVAL, "not a static program" },
		{ 24, 0xc0101000, -EINVAL, "the entry is in no segment" },
		{ 28, 0x7fffffff, -EINVAL, "program headers beyond its end" },
		{ 28, 0xfffffff0, -EINVAL, "program headers beyond its end" },
		{ 40, 0xffff0034, -EINVAL, "size of program headers" },
		{ 44, 0, -EINVAL, "number of program headers" },
		{ 44, 0xffff, -EINVAL, "number of program headers" },
		{ 52, 6, -EINVAL, "the entry is in no segment" },
		{ 56, 0xfffffff8, -EINVAL, "truncated" },
		{ 56, 520, -EINVAL, "truncated" },
		{ 64, 0xfffff000, -EFBIG, "beyond the memory" },
		{ 64, MEMORY_BYTES - AREA_BYTES - 16, -EFBIG, "beyond the memory" },
		{ 68, 0x2000, -EINVAL, "larger than its memory" },
		{ 72, 0xffffffff, -EFBIG, "beyond the memory" },
		{ 72, 15, -EINVAL, "larger than its memory" },
		{ VMMIMAGE_MULTIBOOT_AT + 4, 3, 0, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct loaded l;

		make(&l, VMMIMAGE_ELF32);
		put(&l, cases[i].at, cases[i].word);
		assert_int_equal(load(&l), cases[i].rc);
		if (!strstr(l.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, l.err.text);
	}
}

static void load_elf_more(void **state)
{
	struct loaded l;

	for (size_t len = 5; len < 64; len++) {
		make(&l, VMMIMAGE_ELF64);
		l.image.len = len;
		assert_int_equal(load(&l), -EINVAL);
	}
	make(&l, VMMIMAGE_ELF32);
	put(&l, VMMIMAGE_MULTIBOOT_AT + 4, 4);
	put(&l, VMMIMAGE_MULTIBOOT_AT + 8, 0u - 0x1badb002 - 4);
	assert_int_equal(load(&l), -EINVAL);
	assert_non_null(strstr(l.err.text, "asks for 0x4"));
	make(&l, VMMIMAGE_ELF32);
	l.boot.append = memset(l.data + 2048, 'x', 1024);
	assert_int_equal(load(&l), -EINVAL);
	assert_non_null(strstr(l.err.text, "--append: longer"));
}

static void load_linux(void **state)
{
	static const struct {
		size_t at, bytes;
		uint64_t value;
		int rc;
		const char *says;
	} cases[] = {
		{ 0x1f1, 1, 200, -EINVAL, "truncated" },
		{ 0x1f4, 4, 0x7fffffff, -EINVAL, "truncated" },
		{ 0x201, 1, 255, 0, "" },
		{ 0x206, 2, 0x209, -EINVAL, "before 2.10" },
		{ 0x211, 1, 0, -EINVAL, "loaded low" },
		{ 0x258, 8, UINT64_MAX, -EFBIG, "of memory" },
		{ 0x258, 8, 0x8000000, -EFBIG, "needs 129 MiB" },
		{ 0x260, 4, 0xffffffff, -EFBIG, "of memory" },
		{ 0x238, 4, 10, -EINVAL, "--append" },
	};
	struct loaded l;

	make(&l, VMMIMAGE_LINUX);
	assert_int_equal(load(&l), 0);
	assert_int_equal(l.boot.mode, MODE_PROTECTED);
	assert_int_equal(l.boot.entry, 0x100000);
	assert_int_equal(l.boot.wants,
			 MINIVMM_WANTS_TIMER | MINIVMM_WANTS_IRQCHIP);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make(&l, VMMIMAGE_LINUX);
		memcpy(l.data + cases[i].at, &cases[i].value, cases[i].bytes);
		assert_int_equal(load(&l), cases[i].rc);
		if (!strstr(l.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, l.err.text);
	}
	make(&l, VMMIMAGE_LINUX);
	l.boot.initrd = "/nonexistent";
	assert_int_equal(load(&l), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory),
		TEST(options_right),
		TEST(options_wrong),
		TEST(serial_sends),
		TEST(serial_receives),
		TEST(serial_probed),
		TEST(load_flat),
		TEST(load_firmware),
		TEST(load_elf),
		TEST(load_elf_wrong),
		TEST(load_elf_more),
		TEST(load_linux),
	};

	return cmocka_run_group_tests_name("minivmm", tests, NULL, NULL);
}
