#!/bin/sh
# excerpts.sh ROOT [--write] - the code in our texts is the code we compile.
#
# A line <!-- excerpt FILE NAME ... --> stands before a block of code: what has
# these names in that file. Without names it is the whole file. A name is
#
#   create_todo          a function or a table: from the line that begins it
#                        to its closing }; a declaration if that is all
#   struct todo          the same of a struct or an enum
#   @gather              the lines between two comments that hold the words
#                        `excerpt gather begin` and `excerpt gather end`
#
# Without --write, fails when a block differs from the sources, or when a name
# is not there; with it, mends the block.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
write=${2:-}
kinds=excerpt
# shellcheck source=tests/docs/blocks.sh
. "$here/blocks.sh"

# definition FILE NAME [struct | enum]
definition() {
    awk -v name="$2" -v tag="${3:-}" '
        BEGIN {
            begins = tag ? "^(typedef |static |const )*" tag " " name " [{]" \
                         : "^[a-z].*[ *]" name "[(\\[]|^" name "[(]"
        }
        !inside && $0 ~ begins { block = ""; inside = 1; opened = 0 }
        inside { block = block $0 "\n" }
        inside && /[{]/ { opened = 1 }
        inside && !opened && /;$/ { declared = block; inside = 0 }
        inside && opened && /^}/ { found = 1; exit }
        END {
            if (found) printf "%s", block
            else if (declared) printf "%s", declared
            else exit 1
        }
    ' "$1"
}

# region FILE NAME
region() {
    awk -v name="$2" '
        index($0, "excerpt " name " end") { ended = 1; exit }
        inside { print }
        index($0, "excerpt " name " begin") { inside = 1 }
        END { exit !ended }
    ' "$1"
}

produce() { # excerpt ARGUMENTS
    # shellcheck disable=SC2086 # a file and names
    set -- $2
    file=$1 separator='' tag=''
    [ -f "$file" ] || { echo "there is no file $file" >&2 && return 1; }
    shift
    [ $# -gt 0 ] || cat "$file"
    for name; do
        case $name in
        struct | enum) tag=$name && continue ;;
        esac
        printf '%s' "$separator"
        separator='
'
        case $name in
        @*) region "$file" "${name#@}" ;;
        *) definition "$file" "$name" "$tag" ;;
        esac || { echo "$file has no $name" >&2 && return 1; }
        tag=''
    done
}

same() { cmp -s "$2" "$3"; }

look_at_texts
[ "$status" -eq 0 ] || echo "Mend it: tests/docs/excerpts.sh . --write"
exit "$status"
