# SPDX-License-Identifier: GPL-2.0-only
#
# Lines of "program class count" (or "program reference figure") to a table: a
# line per program, a column per class. All lines but the first have only what
# is more than in the first.

!($1 in row) { row[$1] = ++rows; name[rows] = $1 }
!($2 in col) { col[$2] = ++cols; class[cols] = $2 }
{ n[$1, $2] = $3 }

END {
	printf "%-15s", "program"
	for (c = 1; c <= cols; c++)
		printf " %10s", class[c]
	print ""
	for (r = 1; r <= rows; r++) {
		printf "%-15s", name[r]
		for (c = 1; c <= cols; c++) {
			value = n[name[r], class[c]]
			if (class[c] != "reference")
				value -= r > 1 ? n[name[1], class[c]] : 0
			printf " %10s", value
		}
		print ""
	}
}
