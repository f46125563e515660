# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of scripts/build/lib/weave.py on a small tree with one file, tree.c, that
# grows over three steps: a, b and c. The caller sets MINE, a scratch directory.

# weave_tree DIR
weave_tree()
{
	mkdir -p "$1/module" "$1/kernel-patches/steps"
	printf '%s\n' 'a 1' 'b 2' 'c 3' >"$1/kernel-patches/steps/order"
	echo 'tree.c arch/tree.c a' >"$1/kernel-patches/engine-files"
	cat >"$1/kernel-patches/steps/tree.c" <<-'END'
	a        |void kes_main(void)
	a        |{
	a-b      |	early();
	b        |	kes_second();
	a        |	always();
	a        |}
	b        |
	b        |void kes_second(void)
	b        |{
	c        |	kes_third();
	b        |}
	c        |
	c        |void kes_third(void)
	c        |{
	c        |}
	END
	weave_of "$1" c >"$1/module/tree.c"
}

# weave_of DIR STEP: print tree.c after a step, from the copy
weave_of()
{
	touch "$1/module/tree.c"
	python3 "$TOP/scripts/build/lib/weave.py" write "$1" "$2" "$1/out" &&
		cat "$1/out/arch/tree.c"
}

# weave_after SCRIPT STEP: change tree.c by sed, and print it after a step
weave_after()
{
	local dir
	dir=$(mktemp -d -p "$MINE")
	weave_tree "$dir"
	sed -i "$1" "$dir/module/tree.c"
	python3 "$TOP/scripts/build/lib/weave.py" adapt "$dir"
	diff "$dir/module/tree.c" <(weave_of "$dir" c) >&2 && weave_of "$dir" "$2"
}

# weave_has SCRIPT STEP TEXT YES|NO
weave_has()
{
	local text
	text=$(weave_after "$1" "$2")
	echo "$text"
	case $4 in
	yes) grep -qF "$3" <<<"$text" ;;
	no) ! grep -qF "$3" <<<"$text" ;;
	esac
}

# A conflict in the copy, whose marks and both sides stay in it.
weave_survives_conflict()
{
	local dir=$MINE/conflict
	weave_tree "$dir"
	sed -i -e '4i<<<<<<< HEAD' -e '4a=======\nc        |	other();\n>>>>>>> x' \
		"$dir/kernel-patches/steps/tree.c"
	python3 "$TOP/scripts/build/lib/weave.py" adapt "$dir"
	diff "$dir/module/tree.c" <(weave_of "$dir" c)
	weave_tree "$dir/before"
	diff <(weave_of "$dir/before" b) <(weave_of "$dir" b)
}

weave_keeps()
{
	local dir=$MINE/keeps
	weave_tree "$dir"
	cp "$dir/kernel-patches/steps/tree.c" "$dir/before"
	python3 "$TOP/scripts/build/lib/weave.py" adapt "$dir"
	cmp "$dir/before" "$dir/kernel-patches/steps/tree.c"
}

weave_new_file()
{
	local dir=$MINE/new
	weave_tree "$dir"
	echo 'new' >"$dir/module/new.c"
	echo 'new.c arch/new.c' >>"$dir/kernel-patches/engine-files"
	rm "$dir/kernel-patches/steps/tree.c"
	python3 "$TOP/scripts/build/lib/weave.py" adapt "$dir"
	weave_of "$dir" a
	cmp "$dir/module/new.c" "$dir/out/arch/new.c"
	python3 "$TOP/scripts/build/lib/weave.py" split "$dir" new.c
	grep -qx 'a        |new' "$dir/kernel-patches/steps/new.c"
	sed -i /new/d "$dir/kernel-patches/engine-files"
	python3 "$TOP/scripts/build/lib/weave.py" adapt "$dir"
	[ ! -e "$dir/kernel-patches/steps/new.c" ]
}

check_weave()
{
	local third='s/^void kes_third/int kes_forth(void)\n{\n\treturn 1;\n}\n\n&/'
	check "a copy of an unchanged file does not change" weave_keeps
	check_rows weave_has <<-END
	a step has its own lines | | b | kes_second(); | yes
	a step has no line of a later one | | a | kes_second(); | no
	a line that a later step removes is in the first | | a | early(); | yes
	a line that a later step removes is not in that | | b | early(); | no
	a changed line keeps its step | s/always()/always(1)/ | a | always(1) | yes
	a changed line of a later step keeps it | s/kes_third();/kes_third(0);/ | b | kes_third(0) | no
	a new line has the step of the line before | s/always();/&\n\tnew();/ | a | new(); | yes
	a new line does not precede a name that it uses | s/always();/&\n\tkes_third();/ | b | kes_third(); | no
	an early line stays when others change | s/always()/1/ | a | early(); | yes
	a new function is added as a whole | s/^void kes_second/int kes_new(void)\n{\n\tx();\n\n\tkes_third();\n}\n\n&/ | b | x(); | no
	a call of a new function is added with it | s/always();/&\n\tkes_forth();/; $third | b | kes_forth(); | no
	END
	check "a conflict in a copy is resolved" weave_survives_conflict
	check "a new file is added in the step of the one before" weave_new_file
}
