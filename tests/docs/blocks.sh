# blocks.sh - walks our texts and looks at the blocks of code that a comment
# stands before:
#
#   <!-- KIND ARGUMENTS -->
#
#   ```c
#   ...
#   ```
#
# Read by excerpts.sh and outputs.sh, which have two functions:
#
#   produce KIND ARGUMENTS   prints what the block must hold
#   same KIND OLD NEW        true when the block OLD may stay; files
#
# shellcheck shell=sh disable=SC2154,SC2034 # write, kinds, status are theirs

status=0
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# complain WHAT: says where, and remembers it.
complain() {
    printf '%s:%s: %s\n' "$text" "$number" "$*" >&2
    status=1
}

# What a block must hold goes to $out/new; nothing is a failure, too.
renew() {
    : > "$out/old"
    if ! produce "$kind" "$arguments" > "$out/new"; then
        complain "cannot be made: $kind $arguments"
    elif [ ! -s "$out/new" ]; then
        complain "is empty: $kind $arguments"
    fi
}

# The block has ended: it stays, or is mended, or is complained about.
settle() {
    if same "$kind" "$out/old" "$out/new"; then
        cat "$out/old"
    elif [ "$write" = --write ]; then
        cat "$out/new"
    else
        cat "$out/old"
        complain "is not what it should be: $kind $arguments"
        diff -u --label 'in the text' --label 'as it is' \
            "$out/old" "$out/new" >&2 || :
    fi
}

# Prints the text as it should be. $kinds are the kinds to look at.
walk() {
    place=outside number=0
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        case $place in
        inside)
            if [ "$line" = '```' ]; then
                settle
                place=outside
            else
                printf '%s\n' "$line" >> "$out/old"
                continue
            fi
            ;;
        before)
            case $line in
            '') ;;
            '```'?*) place=inside ;;
            *) complain "no block follows: $kind $arguments" && place=outside ;;
            esac
            ;;
        outside)
            arguments=${line#'<!-- '} kind=none
            case $line in
            '<!-- '*' -->') kind=${arguments%% *} ;;
            esac
            case " $kinds " in
            *" $kind "*)
                arguments=${arguments#"$kind "}
                arguments=${arguments% -->}
                place=before
                renew
                ;;
            esac
            ;;
        esac
        printf '%s\n' "$line"
    done < "$text"
    [ $place = outside ] || complain "the text ends in a block"
}

# Looks at every text; mends them when $write is --write.
look_at_texts() {
    for text in README.md docs/*.md tests/*/README.md; do
        [ -f "$text" ] || continue
        walk > "$out/text"
        [ "$write" != --write ] || cmp -s "$out/text" "$text" ||
            cat "$out/text" > "$text"
    done
}
