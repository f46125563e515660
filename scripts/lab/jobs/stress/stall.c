// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a file into memory that never arrives: the read stalls in the middle, as one
 * of a slow FUSE file system or of a migrated process.
 *
 *   stall FILE
 *
 * Prints "stalled" once the read waits. SIGTERM ends the wait. Ends with 0 if the
 * read then returned, with data or an error.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	4096

static int file;
static void *page;

static void *reader(void *unused)
{
	(void)unused;
	if (read(file, page, PAGE) < 0)
		warn("read");
	return NULL;
}

/* Return a userfaultfd for @page. */
static int withhold_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register what = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api))
		err(1, "userfaultfd");
	what.range.start = (unsigned long)page;
	what.range.len = PAGE;
	if (ioctl(fd, UFFDIO_REGISTER, &what))
		err(1, "UFFDIO_REGISTER");
	return fd;
}

static void supply_page(int fd)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)page, .len = PAGE },
	};

	if (ioctl(fd, UFFDIO_ZEROPAGE, &zero))
		err(1, "UFFDIO_ZEROPAGE");
}

int main(int argc, char **argv)
{
	struct pollfd missing = { .events = POLLIN };
	pthread_t thread;
	sigset_t term;
	int sig;

	if (argc != 2)
		errx(2, "usage: stall FILE");
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	file = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		err(1, "%s", argv[1]);
	missing.fd = withhold_page();
	pthread_create(&thread, NULL, reader, NULL);
	if (poll(&missing, 1, -1) != 1)
		err(1, "poll");
	puts("stalled");
	fflush(stdout);
	sigwait(&term, &sig);
	supply_page(missing.fd);
	pthread_join(thread, NULL);
	return 0;
}
