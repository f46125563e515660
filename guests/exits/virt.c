// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: what hypervisors execute, by a guest that is none. The CPU exits
 * on each of them, whether KVM lets its guests have VMX or SVM or not; KVM then
 * answers with #UD, because the guest has not switched it on. n exits each.
 */
#include "exits.h"

static char operand[16];

#define INSTRUCTION(name, text, ...) \
	REPEAT(name, EXPECT_FAULT(text, ##__VA_ARGS__))

INSTRUCTION(vmclear, "vmclear %1", "m"(operand))
INSTRUCTION(vmlaunch, "vmlaunch", "m"(operand))
INSTRUCTION(vmptrld, "vmptrld %1", "m"(operand))
INSTRUCTION(vmptrst, "vmptrst %1", "m"(operand))
INSTRUCTION(vmread, "vmread %%eax, %%ecx", "a"(0), "c"(0))
INSTRUCTION(vmresume, "vmresume", "m"(operand))
INSTRUCTION(vmwrite, "vmwrite %%eax, %%ecx", "a"(0), "c"(0))
INSTRUCTION(vmxoff, "vmxoff", "m"(operand))
INSTRUCTION(vmxon, "vmxon %1", "m"(operand))
INSTRUCTION(invept, "invept %1, %2", "m"(operand), "r"(1))
INSTRUCTION(invvpid, "invvpid %1, %2", "m"(operand), "r"(1))

/* EAX is an address, which must be that of a page even here. */
INSTRUCTION(vmrun, ".byte 0x0f, 0x01, 0xd8", "a"(0))
INSTRUCTION(vmload, ".byte 0x0f, 0x01, 0xda", "a"(0))
INSTRUCTION(vmsave, ".byte 0x0f, 0x01, 0xdb", "a"(0))
INSTRUCTION(stgi, ".byte 0x0f, 0x01, 0xdc", "a"(0))
INSTRUCTION(clgi, ".byte 0x0f, 0x01, 0xdd", "a"(0))
INSTRUCTION(skinit, ".byte 0x0f, 0x01, 0xde", "a"(0))
INSTRUCTION(invlpga, ".byte 0x0f, 0x01, 0xdf", "a"(0), "c"(0))

/* Of system management mode, in which we are not. */
INSTRUCTION(rsm, "rsm", "m"(operand))
