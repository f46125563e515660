# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Parse a script's command line from a table. Sourced by lib.sh.
#
# A script sets OPTIONS, with a line for each option:
#
#   --name VARIABLE         the next word is the value
#   --name VARIABLE=VALUE   a flag, which sets this value
#   --name VARIABLE+        the next word is appended to the value, after a blank
#
# and calls parse_options "$@". ARGS has the remaining words, in order. --help and
# --quiet need no line.

OPTIONS=''
ARGS=()

# option_row NAME: print its VARIABLE, as above
option_row()
{
	local name variable
	while read -r name variable; do
		[ "$name" != "$1" ] || echo "$variable"
	done <<<"$OPTIONS"
}

# set_option ROW NAME [VALUE]
set_option()
{
	local variable=${1%+}
	case $1 in
	'') usage_error "$2: unknown option" ;;
	*=*) printf -v "${1%%=*}" '%s' "${1#*=}" ;;
	*) [ -n "${3-}" ] || usage_error "$2 needs a value" ;;&
	*+) printf -v "$variable" '%s %s' "${!variable}" "$3" ;;
	*) printf -v "$variable" '%s' "$3" ;;
	esac
}

parse_options()
{
	local row
	ARGS=()
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) show_help; exit 0 ;;
		--quiet) export EXITSTAT_QUIET=1 ;;
		-*)
			row=$(option_row "$1")
			set_option "$row" "$@"
			[[ -z $row || $row = *=* ]] || shift ;;
		*) ARGS+=("$1") ;;
		esac
		shift
	done
}

# no_more COMMAND [ARGUMENT...]: refuse further arguments.
no_more()
{
	[ $# = 1 ] || usage_error "$1: $2: unexpected argument"
}

# only_options "$@": parse the options of a script without other arguments
only_options()
{
	parse_options "$@"
	[ "${#ARGS[@]}" = 0 ] || usage_error "${ARGS[0]}: unexpected argument"
}

# is_number OPTION VALUE
is_number()
{
	[[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || usage_error "$1 $2: not a number"
}
