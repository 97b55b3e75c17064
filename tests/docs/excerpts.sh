#!/bin/sh
# excerpts.sh ROOT [--write] - the code in our texts is the code we compile.
#
# A line <!-- excerpt FILE FUNCTION ... --> in a text stands before a block of
# code: the definitions of those functions, in that file. Without --write, fails
# when a block differs from the sources; with it, mends the block.
set -eu
cd "$1"
write=${2:-}
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# Prints the definitions: each from the line that begins it to its closing }.
definitions() {
    file=$1
    shift
    separator=''
    for function in "$@"; do
        printf '%s' "$separator"
        separator='
'
        awk -v name="$function" '
            !inside && $0 ~ "^[a-z].*[ *]" name "\\(" { block = ""; inside = 1 }
            inside { block = block $0 "\n" }
            inside && /;$/ && !/^ / { inside = 0 }   # only a declaration
            inside && /^}/ { printf "%s", block; found = 1; exit }
            END { if (!found) exit 1 }
        ' "$file" || {
            echo "excerpts.sh: $file has no function $function" >&2
            return 1
        }
    done
}

status=0
for text in README.md docs/*.md; do
    [ -f "$text" ] || continue
    : > "$out/text"
    skipping=''
    while IFS= read -r line; do
        case $skipping$line in
        '<!-- excerpt '*' -->')
            arguments=${line#<!-- excerpt }
            # shellcheck disable=SC2086  # a file and its functions
            definitions ${arguments% -->} > "$out/code" || exit 1
            { printf '%s\n\n```c\n' "$line"; cat "$out/code"; } >> "$out/text"
            skipping=1
            ;;
        1'```') printf '```\n' >> "$out/text"; skipping='' ;;
        1*) ;;
        *) printf '%s\n' "$line" >> "$out/text" ;;
        esac
    done < "$text"
    if ! diff -u "$text" "$out/text"; then
        [ "$write" = --write ] && cat "$out/text" > "$text" || status=1
    fi
done
[ "$status" -eq 0 ] || echo "Mend it: tests/docs/excerpts.sh . --write"
exit "$status"
