// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of minivmm: the memory accessor, options, the serial port, and the
 * loaders, with valid images and with one error at a time.
 */

#include "unit.h"
#include "abi.h"
#include "load.h"
#include "options.h"
#include "serial.h"
#include "vmmimages.h"

#define MEMORY_BYTES	0x200000

static void accessor_checks_bounds(void **state UNUSED)
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

/* The arguments after "minivmm"; getopt reorders them. */
static int parse(struct options *o, const char *line)
{
	static char text[256];
	static char *argv[64];
	int argc = 1;

	argv[0] = (char *)"minivmm";
	strcpy(text, line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(o, argc, argv, &err);
}

static void valid_options_are_accepted(void **state UNUSED)
{
	struct options o;

	must(parse(&o, "a b --vcpus 2 --memory 1M"));
	assert_int_equal(o.nr_images, 2);
	assert_int_equal(o.vcpus, 2);
	assert_int_equal(o.memory, 1 << 20);
	assert_string_equal(o.images[1], "b");
	assert_int_equal(o.mode, NR_MODES);
	must(parse(&o, "--timer=100 --timeout 2 --stats a"));
	assert_true(o.timer);
	assert_int_equal(o.timer_hz, 100);
	assert_int_equal(o.timeout_ns, 2 * NSEC_PER_SEC);
	assert_int_equal(o.stats, STATS_TEXT);
	assert_int_equal(o.vcpus, 1);
	must(parse(&o, "--stats=json --timer --timeout 50ms --mode long a"));
	assert_int_equal(o.stats, STATS_JSON);
	assert_int_equal(o.timeout_ns, 50 * NSEC_PER_MSEC);
	assert_int_equal(o.timer_hz, 0);
	assert_int_equal(o.mode, MODE_LONG);
	must(parse(&o, "--vcpus 64 --memory 65536 a"));
	must(parse(&o, "--help"));
	assert_true(o.help);
}

static void invalid_options_are_refused(void **state UNUSED)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{ "", "no image" },
		{ "--vcpus 0 a", "--vcpus 0: out of range" },
		{ "--vcpus 65 a", "--vcpus 65: out of range" },
		{ "--vcpus x a", "--vcpus x: invalid value" },
		{ "--vcpus 3 a b", "2 images on 3 vCPUs" },
		{ "--memory 63K a", "--memory 63K: out of range" },
		{ "--memory 4G a", "--memory 4G: out of range" },
		{ "--memory 65537 a", "--memory 65537: invalid value" },
		{ "--memory K a", "--memory K: invalid value" },
		{ "--memory 99999999999999999999G a", "out of range" },
		{ "--mode flat a", "--mode flat: invalid value" },
		{ "--timer=0 a", "--timer 0: out of range" },
		{ "--timeout 0 a", "--timeout 0: out of range" },
		{ "--timeout 1h a", "--timeout 1h: invalid value" },
		{ "--stats=xml a", "--stats xml: invalid value" },
		{ "--firmware --mode real a", "--firmware and --mode" },
		{ "--wrong a", "--wrong: no such option" },
		{ "-x a", "no such option" },
		{ "a --vcpus", "--vcpus: needs a value" },
	};

	each_row(c, cases) {
		struct options o;

		assert_int_equal(parse(&o, c->line), -EINVAL);
		expect_error(c->message);
	}
}

static void serial_port_sends(void **state UNUSED)
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
	/* without OUT2, no interrupt is delivered */
	serial_write(&s, 4, 0);
	assert_false(serial_irq(&s));
}

static void serial_port_receives(void **state UNUSED)
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

/* The accesses with which a driver detects a 16550A. */
static void serial_port_is_detected_as_16550a(void **state UNUSED)
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

/* ---- images ---- */

/* One image in its own memory; load() inspects and loads it. */
static uint8_t data[VMMIMAGE_BYTES];
static struct image image;
static struct memory memory;
static struct boot boot;

static void make(enum vmmimage kind)
{
	image = (struct image) { .name = "image", .data = data,
				 .len = vmmimage_make(kind, data) };
	memory = (struct memory) { calloc(1, MEMORY_BYTES), MEMORY_BYTES };
	boot = (struct boot) { .mode = NR_MODES };
	assert_non_null(memory.base);
}

static int load(void)
{
	int rc = load_inspect(&image, &boot, &err);

	if (!rc)
		rc = load_image(&image, &memory, &boot, &err);
	free(memory.base);
	memory.base = NULL;
	return rc;
}

static void put(size_t at, uint32_t word)
{
	memcpy(data + at, &word, sizeof(word));
}

static void flat_images_are_loaded(void **state UNUSED)
{
	make(VMMIMAGE_FLAT);
	must(load());
	assert_int_equal(boot.mode, MODE_REAL);
	assert_int_equal(boot.wants,
			 MINIVMM_WANTS_TIMER | MINIVMM_WANTS_IRQCHIP);
	assert_int_equal(boot.area, 0x100000 - AREA_BYTES);
	/* a wrong checksum: not a header, and none is required */
	make(VMMIMAGE_FLAT);
	put(76, 0);
	must(load());
	assert_int_equal(boot.wants, 0);
	assert_int_equal(boot.area, MEMORY_BYTES);
	/* shorter than a header */
	make(VMMIMAGE_FLAT);
	image.len = 1;
	must(load());
	assert_int_equal(boot.wants, 0);
	make(VMMIMAGE_FLAT);
	memory.size = 64;
	boot.mode = MODE_REAL;
	put(64, 0);
	assert_int_equal(load(), -EFBIG);
}

static void firmware_is_loaded(void **state UNUSED)
{
	make(VMMIMAGE_FLAT);
	boot.wants = MINIVMM_IS_FIRMWARE;
	put(64, 0);
	assert_int_equal(load(), -EINVAL);
	expect_error("64 KiB");
	/* without a header: a PC's interrupt chips, but no timer */
	assert_int_equal(boot.wants,
			 MINIVMM_IS_FIRMWARE | MINIVMM_WANTS_IRQCHIP);
}

static void elf_images_are_loaded(void **state UNUSED)
{
	make(VMMIMAGE_ELF32);
	must(load());
	assert_int_equal(boot.mode, MODE_PROTECTED);
	assert_int_equal(boot.entry, 0x100004);
	assert_int_equal(boot.rax, 0x2badb002);
	assert_int_equal(boot.rbx, MEMORY_BYTES - AREA_BYTES + AREA_INFO);
	make(VMMIMAGE_ELF64);
	must(load());
	assert_int_equal(boot.mode, MODE_LONG);
	assert_int_equal(boot.entry, 0x100000);
	for (size_t len = 5; len < 64; len++) {
		make(VMMIMAGE_ELF64);
		image.len = len;
		assert_int_equal(load(), -EINVAL);
	}
	make(VMMIMAGE_ELF32);
	boot.append = memset(data + 2048, 'x', 1024);
	assert_int_equal(load(), -EINVAL);
	expect_error("--append: longer");
}

static void linux_images_are_loaded(void **state UNUSED)
{
	make(VMMIMAGE_LINUX);
	must(load());
	assert_int_equal(boot.mode, MODE_PROTECTED);
	assert_int_equal(boot.entry, 0x100000);
	assert_int_equal(boot.wants,
			 MINIVMM_WANTS_TIMER | MINIVMM_WANTS_IRQCHIP);
	make(VMMIMAGE_LINUX);
	boot.initrd = "/nonexistent";
	assert_int_equal(load(), -ENOENT);
}

/* Offsets in the header and program header of a 32-bit ELF image. */
static void images_with_one_error_are_refused(void **state UNUSED)
{
	static const struct {
		enum vmmimage kind;
		size_t at, bytes;
		uint64_t value;
		int rc;
		const char *message;
		size_t sum_at;		/* of a header whose checksum must stay valid */
		uint32_t sum;
	} cases[] = {
		{ .kind = VMMIMAGE_FLAT, 68, 4, 2, -EINVAL, "header version 2",
		  76, 0u - MINIVMM_HEADER_MAGIC - 2 - MINIVMM_WANTS_TIMER },
		{ .kind = VMMIMAGE_ELF32, 16, 4, 0x30003, -EINVAL,
		  "not a static x86 executable" },
		{ .kind = VMMIMAGE_ELF32, 16, 4, 0x280002, -EINVAL,
		  "not a static x86 executable" },
		{ .kind = VMMIMAGE_ELF32, 24, 4, 0xc0101000, -EINVAL,
		  "the entry point is in no segment" },
		{ .kind = VMMIMAGE_ELF32, 28, 4, 0x7fffffff, -EINVAL,
		  "program headers beyond the end of the file" },
		{ .kind = VMMIMAGE_ELF32, 28, 4, 0xfffffff0, -EINVAL,
		  "program headers beyond the end of the file" },
		{ .kind = VMMIMAGE_ELF32, 40, 4, 0xffff0034, -EINVAL,
		  "wrong size of program headers" },
		{ .kind = VMMIMAGE_ELF32, 44, 4, 0, -EINVAL,
		  "wrong number of program headers" },
		{ .kind = VMMIMAGE_ELF32, 44, 4, 0xffff, -EINVAL,
		  "wrong number of program headers" },
		{ .kind = VMMIMAGE_ELF32, 52, 4, 6, -EINVAL,
		  "the entry point is in no segment" },
		{ .kind = VMMIMAGE_ELF32, 56, 4, 0xfffffff8, -EINVAL, "truncated" },
		{ .kind = VMMIMAGE_ELF32, 56, 4, 520, -EINVAL, "truncated" },
		{ .kind = VMMIMAGE_ELF32, 64, 4, 0xfffff000, -EFBIG,
		  "beyond the guest memory" },
		{ .kind = VMMIMAGE_ELF32, 64, 4, MEMORY_BYTES - AREA_BYTES - 16, -EFBIG,
		  "beyond the guest memory" },
		{ .kind = VMMIMAGE_ELF32, 68, 4, 0x2000, -EINVAL,
		  "larger in the file than in memory" },
		{ .kind = VMMIMAGE_ELF32, 72, 4, 0xffffffff, -EFBIG,
		  "beyond the guest memory" },
		{ .kind = VMMIMAGE_ELF32, 72, 4, 15, -EINVAL, "larger in the file than in memory" },
		{ .kind = VMMIMAGE_ELF32, VMMIMAGE_MULTIBOOT_AT + 4, 4, 3, 0, "" },
		{ .kind = VMMIMAGE_ELF32, VMMIMAGE_MULTIBOOT_AT + 4, 4, 4, -EINVAL,
		  "requires features 0x4", VMMIMAGE_MULTIBOOT_AT + 8,
		  0u - 0x1badb002 - 4 },
		{ .kind = VMMIMAGE_LINUX, 0x1f1, 1, 200, -EINVAL, "truncated" },
		{ .kind = VMMIMAGE_LINUX, 0x1f4, 4, 0x7fffffff, -EINVAL, "truncated" },
		{ .kind = VMMIMAGE_LINUX, 0x201, 1, 255, 0, "" },
		{ .kind = VMMIMAGE_LINUX, 0x206, 2, 0x209, -EINVAL, "before 2.10" },
		{ .kind = VMMIMAGE_LINUX, 0x211, 1, 0, -EINVAL, "loaded low" },
		{ .kind = VMMIMAGE_LINUX, 0x258, 8, UINT64_MAX, -EFBIG, "of memory" },
		{ .kind = VMMIMAGE_LINUX, 0x258, 8, 0x8000000, -EFBIG, "needs 129 MiB" },
		{ .kind = VMMIMAGE_LINUX, 0x260, 4, 0xffffffff, -EFBIG, "of memory" },
		{ .kind = VMMIMAGE_LINUX, 0x238, 4, 10, -EINVAL, "--append" },
	};

	each_row(c, cases) {
		make(c->kind);
		memcpy(data + c->at, &c->value, c->bytes);
		if (c->sum_at)
			put(c->sum_at, c->sum);
		assert_int_equal(load(), c->rc);
		expect_error(c->message);
	}
}

UNIT_TESTS("minivmm",
	   TEST(accessor_checks_bounds), TEST(valid_options_are_accepted),
	   TEST(invalid_options_are_refused), TEST(serial_port_sends),
	   TEST(serial_port_receives), TEST(serial_port_is_detected_as_16550a),
	   TEST(flat_images_are_loaded), TEST(firmware_is_loaded),
	   TEST(elf_images_are_loaded), TEST(linux_images_are_loaded),
	   TEST(images_with_one_error_are_refused))
