// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: instructions of hypervisors, executed by a guest that has not
 * enabled VMX or SVM. They always exit, whether or not KVM supports nested
 * guests; KVM then injects #UD. n exits each.
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

/* EAX is an address, which must be page-aligned. */
INSTRUCTION(vmrun, ".byte 0x0f, 0x01, 0xd8", "a"(0))
INSTRUCTION(vmload, ".byte 0x0f, 0x01, 0xda", "a"(0))
INSTRUCTION(vmsave, ".byte 0x0f, 0x01, 0xdb", "a"(0))
INSTRUCTION(stgi, ".byte 0x0f, 0x01, 0xdc", "a"(0))
INSTRUCTION(clgi, ".byte 0x0f, 0x01, 0xdd", "a"(0))
INSTRUCTION(skinit, ".byte 0x0f, 0x01, 0xde", "a"(0))
INSTRUCTION(invlpga, ".byte 0x0f, 0x01, 0xdf", "a"(0), "c"(0))

/* Only valid in system management mode. */
INSTRUCTION(rsm, "rsm", "m"(operand))
