#!/bin/sh
# chapters.sh ROOT - each chapter has its parts, in one order, none empty.
#
# A chapter is docs/NN-*.md. Its first line is `# NN Title`, with NN as in its
# name (`# 0 Title` will do for 00); before the first part stands a line
# `Minutes: N`. Then come the parts below. The first has two to four points;
# the part Predict sends the reader to ./learn predict; Exercises names the
# folder of each of its exercises.
#
# Code is code of ours and an output was printed: a block of C follows an
# <!-- excerpt -->, a block of text an <!-- output --> or a <!-- transcript -->.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
status=0
seen=0

parts='What you will be able to do
Predict
Run
Timeline
Read both
Exercises
When would you pick it?
What it costs'

complain() {
    echo "$chapter: $*" >&2
    status=1
}

# part HEADING: what stands under it.
part() {
    awk -v heading="## $1" '
        /^```/ { code = !code }
        !code && /^## / { inside = $0 == heading; next }
        inside
    ' "$chapter"
}

look_at_parts() {
    found=$(awk '/^```/ { code = !code } !code && /^## /' "$chapter" |
        sed 's/^## //')
    if [ "$found" != "$parts" ]; then
        complain "its parts are not those of a chapter:"
        printf '%s\n' "$found" | sed 's/^/    /' >&2
        return
    fi
    printf '%s\n' "$parts" > "$out"
    while IFS= read -r heading; do
        part "$heading" | grep -q '[a-z]' || complain "nothing under: $heading"
    done < "$out"
    points=$(part 'What you will be able to do' | grep -c '^- ' || :)
    if [ "$points" -lt 2 ] || [ "$points" -gt 4 ]; then
        complain "two to four points, not $points"
    fi
    part Predict | grep -qF './learn predict' ||
        complain "Predict does not say ./learn predict"
    part Exercises | grep -qE 'exercises/[0-9]{2}-' ||
        complain "Exercises names no folder exercises/NN-..."
}

look_at_head() {
    number=${chapter#docs/}
    number=${number%%-*}
    sed 1q "$chapter" | grep -qE "^# (${number}|${number#0})\\.? [A-Z]" ||
        complain "its first line is not: # $number Title"
    sed '/^## /q' "$chapter" | grep -qE '^Minutes: [0-9]+$' ||
        complain "no line before its parts says: Minutes: N"
    grep -qF "(${chapter#docs/})" docs/README.md ||
        complain "docs/README.md does not lead to it"
}

look_at_blocks() {
    awk '
        /^<!-- (excerpt|output|transcript) / { marked = $2; next }
        /^$/ { next }
        /^```/ {
            code = !code
            if (code && $0 == "```c" && marked != "excerpt")
                print NR ": C that is no excerpt"
            if (code && $0 == "```text" && marked !~ /^(output|transcript)$/)
                print NR ": text that no command printed"
            if (code && $0 == "```")
                print NR ": a block that does not say what it is"
        }
        { marked = "" }
    ' "$chapter" > "$out"
    while IFS= read -r line; do complain "$line"; done < "$out"
}

out=$(mktemp)
trap 'rm "$out"' EXIT
for chapter in docs/[0-9][0-9]-*.md; do
    [ -f "$chapter" ] || continue
    look_at_head
    look_at_parts
    look_at_blocks
    seen=$((seen + 1))
done
if [ "$seen" -eq 0 ]; then
    echo "Found no chapter: has their name changed?" >&2
    status=1
fi
[ "$status" -ne 0 ] || echo "$seen chapters have all their parts."
exit "$status"
