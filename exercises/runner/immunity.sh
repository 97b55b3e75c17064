#!/bin/sh
# exercises/runner/immunity.sh ROOT [--write] - the table of docs/immunity.md,
# from what each exercise says of its fault (immunity.txt). Without --write,
# fails when the page says something else.
#
# That the cells are true, exercises/runner/verify sees to: it plants the fault
# and asks both servers.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/clean.sh"
cd "$1"
page=docs/immunity.md
out=$(mktemp)
trap 'rm "$out"' EXIT

part() { sed -n "s/^$2: //p" "$1"; }

{
    sed '/^| /,$d' "$page"
    printf '| | The fault | todo-sync | todo-async | Why |\n'
    printf '| --- | --- | --- | --- | --- |\n'
    for file in exercises/[0-9]*/immunity.txt; do
        folder=${file%/*} name=${folder#exercises/}
        printf '| [%s](../%s/task.md) | %s | %s | %s | %s |\n' "${name%%-*}" \
            "$folder" "$(part "$file" fault)" "$(part "$file" sync)" \
            "$(part "$file" async)" "$(part "$file" why)"
    done
} > "$out"
if [ "${2:-}" = --write ]; then
    cat "$out" > "$page"
elif ! diff -u "$page" "$out"; then
    echo "$page is out of date: exercises/runner/immunity.sh . --write"
    exit 1
fi
