/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel's header: the sequence counter, for x86. */
#ifndef FAKE_LINUX_SEQLOCK_H
#define FAKE_LINUX_SEQLOCK_H

#include "kernel.h"

typedef struct {
	unsigned int sequence;
} seqcount_t;

/* x86 keeps the order of loads, and that of stores; the compiler must, too. */
#define fake_barrier()	__asm__ __volatile__("" : : : "memory")

static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	fake_barrier();
}

static inline void raw_write_seqcount_end(seqcount_t *s)
{
	fake_barrier();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

static inline unsigned int raw_read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	do {
		seq = READ_ONCE(s->sequence);
	} while (seq & 1);
	fake_barrier();
	return seq;
}

static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int seq)
{
	fake_barrier();
	return READ_ONCE(s->sequence) != seq;
}

#endif
