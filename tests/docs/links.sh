#!/bin/sh
# links.sh ROOT - fails when one of our texts leads to what is not there:
# [a link](to/a/file.md#or-its-heading), or the `path/of.a/file` of a source.
# What lies on other machines is not looked at.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
status=0
seen=0
folders='common|sync_impl|async_impl|tests|docs|exercises|cmake'
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# Of lines TEXT<tab>TARGET<tab>HEADING those whose target has no such heading. A
# heading is called in a link as the well-known viewers do it.
without_heading() {
    LC_ALL=C awk -F '\t' '
        function read_headings(file,    line, code) {
            while ((getline line < file) > 0) {
                if (line ~ /^```/)
                    code = !code
                if (code || line !~ /^#+ /)
                    continue
                sub(/^#+ /, "", line)
                line = tolower(line)
                gsub(/[^a-z0-9 _-]/, "", line)
                gsub(/ /, "-", line)
                has[file, line]
            }
            close(file)
        }
        !($2 in seen) { seen[$2]; read_headings($2) }
        !(($2, $3) in has) { print $1 ": a link to no heading: " $2 "#" $3 }
    '
}

complain() {
    echo "$text: $*" >&2
    status=1
}

# Every link, one a line; code blocks hold none.
links() {
    awk '/^```/ { code = !code } !code' "$1" | tr '\n' ' ' |
        grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//'
}

# Every path of ours in `...`; a work folder is made later, a * is a pattern.
paths() {
    awk '/^```/ { code = !code } !code' "$1" | tr '`' '\n' |
        grep -E "^($folders)/[^ *]+\.[a-z]+\$" |
        grep -vE '^exercises/work/|NN|NAME'
}

look_at_link() { # LINK
    file=${1%%#*} heading=''
    case $1 in
    http://* | https://* | mailto:*) return ;;
    *#*) heading=${1#*#} ;;
    esac
    case $text in */*) target=${text%/*}/$file ;; *) target=$file ;; esac
    [ -n "$file" ] || target=$text
    if [ ! -e "$target" ]; then
        complain "a dead link: $1"
    elif [ -n "$heading" ]; then
        printf '%s\t%s\t%s\n' "$text" "$target" "$heading" >> "$out/headings"
    fi
}

: > "$out/headings"
for text in README.md docs/*.md tests/*/README.md exercises/*/*.md; do
    [ -f "$text" ] || continue
    links "$text" > "$out/links" || :
    paths "$text" > "$out/paths" || :
    while read -r link; do look_at_link "$link"; done < "$out/links"
    while read -r path; do
        [ -e "$path" ] || complain "there is no $path"
    done < "$out/paths"
    seen=$((seen + $(cat "$out/links" "$out/paths" | wc -l)))
done
without_heading < "$out/headings" > "$out/wrong"
if [ -s "$out/wrong" ]; then
    cat "$out/wrong" >&2
    status=1
fi
if [ "$seen" -eq 0 ]; then
    echo "Found no link at all: has their shape changed?" >&2
    status=1
fi
[ "$status" -ne 0 ] || echo "$seen links and paths lead somewhere."
exit "$status"
