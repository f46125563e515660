# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/docs: run each command in a document and
# compare its output. The job runs commands marked "run: lab"; commands marked "run:
# host" run here, in a copy of the tree, with the job's files. docs.py compares.
# UPDATE_GOLDEN=1 writes the output into the documents. Sourced by
# scripts/check/checks/lab.

DOCUMENTS=(README.md docs/using.md docs/tutorial.md)
DOCS=$TOP/scripts/check/lib/docs.py

# Print a document's directory in the job and in the results
name_of()
{
	basename "$1" .md
}

prepare_docs()
{
	local document
	cp "$TOP/scripts/check/lib/session.sh" "$JOB/"
	for document in "${DOCUMENTS[@]}"; do
		"$DOCS" commands lab "$TOP/$document" "$JOB/$(name_of "$document")"
	done
}

# copy_tree DIR: the reader's tree after "git clone"
copy_tree()
{
	mkdir -p "$1"
	git -C "$TOP" ls-files -z --cached --others --exclude-standard |
		tar -C "$TOP" --null --verbatim-files-from -T - \
			--ignore-failed-read --warning=no-failed-read -cf - |
		tar -C "$1" -xf -
}

# host_session DOCUMENT: run its commands in the copy of the tree
host_session()
{
	local name
	name=$(name_of "$1")
	"$DOCS" commands host "$TOP/$1" "$WORK/commands/$name"
	[ ! -d "$RUN/$name/files" ] || cp -r "$RUN/$name/files/." "$WORK/tree/"
	(
		# shellcheck source=scripts/check/lib/session.sh
		. "$TOP/scripts/check/lib/session.sh"
		cd "$WORK/tree"
		PATH=$WORK/tree/out/bin:$PATH
		set +eu
		session "$WORK/commands/$name" "$RUN/$name/said"
	)
}

prints_as_shown()
{
	cd "$TOP"
	"$DOCS" compare "$1" "$2" "$RUN/$(name_of "$1")/said"
}

judge_document()
{
	local number command
	host_session "$1"
	if [ "${UPDATE_GOLDEN-}" = 1 ]; then
		"$DOCS" update "$TOP/$1" "$RUN/$(name_of "$1")/said"
	fi
	while read -r number command; do
		check "$1: $command" prints_as_shown "$1" "$number"
	done < <("$DOCS" list "$TOP/$1")
}

judge_docs()
{
	local document
	copy_tree "$WORK/tree"
	for document in "${DOCUMENTS[@]}"; do
		judge_document "$document"
	done
}
