# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared code of the demos: the command line, the lab's packages, and the job's
# directory. Sourced by scripts/demo/*, which set LAB to the default.

# shellcheck disable=SC2034 # for parse_options
OPTIONS='--lab LAB'

# choose_lab "$@"
choose_lab()
{
	only_options "$@"
	case $LAB in
	svm | vmx | kvm) ;;
	*) usage_error "$LAB: no such lab (svm, vmx or kvm)" ;;
	esac
	"$TOP/scripts/build/deps" build kernel "lab-${LAB/kvm/svm}"
	[ "$LAB" != kvm ] || "$TOP/scripts/lab/lab" --probe kvm >&2
}

# Set KERNEL, the patched kernel, and JOB, a directory for the job.
prepare_job()
{
	make -s -C "$TOP" all >&2
	KERNEL=$("$TOP/scripts/build/kernel" kvm-modules 6.12)
	scratch JOB
}
