# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The command line of a demo: in which lab. Sourced by scripts/demo/demo and its like,
# which set LAB before.

# shellcheck disable=SC2034 # for lib.sh
parse_lab_options()
{
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) show_help; exit 0 ;;
		--quiet) EXITSTAT_QUIET=1; shift ;;
		--lab)
			[ $# -gt 1 ] || usage_error "--lab needs a value"
			LAB=$2
			shift 2 ;;
		*) usage_error "$1: unknown option" ;;
		esac
	done
	case $LAB in
	svm | vmx | kvm) ;;
	*) usage_error "$LAB: no such lab (svm, vmx or kvm)" ;;
	esac
}
