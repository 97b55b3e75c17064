#!/bin/sh
# answers.sh ROOT - no answer stands before its question.
#
# The answer of an exercise is what the real source has, line by line, and its
# starter has not. None of these lines may stand
#
#   in a text that comes before the exercise: README.md, docs/README.md, the
#   chapters up to the line `> **Exercise NN now**` or, without one, up to the
#   part Exercises of its chapter; and what belongs to earlier exercises
#
#   in its own task, in its prediction, or in its hints 1 and 2
#
#   in the copy of an earlier exercise, within 60 lines of what is to be edited
#   there.
#
# Nor may the first two show a function whole that the exercise breaks: where it
# adds lines, the answer is a function without them.
#
# What stands there all the same, by intent, is listed in tests/docs/told.txt,
# which says how. An entry that is no longer needed fails as well.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
allowed=tests/docs/told.txt near=60

# Nothing of an open exercise, in which all that is written is the learner's.
patched() {
    [ ! -f "$1/starter.patch" ] || sed -n 's|^+++ b/||p' "$1/starter.patch"
}

# The files that an exercise breaks, as its starter has them, in $tmp/NN.
break_copy() { # EXERCISE
    for file in $(patched "$1"); do
        mkdir -p "$tmp/$nn/$(dirname "$file")"
        cp "$file" "$tmp/$nn/$file"
    done
    GIT_CEILING_DIRECTORIES=$tmp git -C "$tmp/$nn" apply - < "$1/starter.patch"
}

# Its answer: lines of the real source that the starter has not, and lines that
# follow each other only in the real source (both, with a tab between them). A
# line without a word of its own in it says nothing, nor does the comment of a fence.
answer() { # EXERCISE
    for file in $(patched "$1"); do
        awk '
            { gsub(/^[ \t]+|[ \t]+$/, "") }
            /EXERCISE [0-9][0-9] (begin|end)/ { fence = 1 }
            fence { fence = !/\*\//; next }
            /^(} )?(else|do|break;|continue;|default:)?( {)?$/ { next }
            !/[A-Za-z_][A-Za-z_][A-Za-z_]/ { next }
            { pair = last "\t" $0; both = (last in had) && ($0 in had) }
            { last = $0 }
            !real { had[$0] = follows[pair] = 1; next }
            !($0 in had) { print }
            both && !(pair in follows) { print pair }
        ' "$tmp/$nn/$file" real=1 last= "$file"
    done
}

# The functions that it breaks: FILE NAME.
broken() { # EXERCISE
    for file in $(patched "$1"); do
        { diff -U 0 "$file" "$tmp/$nn/$file" || :; } | awk -v file="$file" '
            FILENAME == "-" && /^@@/ {
                split(substr($2, 2), at, ",")
                for (i = 0; i < (at[2] == "" ? 1 : at[2]); i++)
                    edited[at[1] + i]
                if (at[2] == 0) # between this line and the next
                    gap[at[1]]
            }
            FILENAME == "-" { next }
            /^[a-z].*\(/ && !/;$/ { name = $0 }
            name != "" && (FNR in edited || (FNR in gap && !/^}/)) {
                one = name
                sub(/\(.*/, "", one)
                sub(/.*[ *]/, "", one)
                print file, one
            }
            /^}/ { name = "" }
        ' - "$file"
    done
}

# Prints the lines of a text that come before exercise NN in it, each behind its
# place: FILE:LINE<tab>TEXT.
until_exercise() { # FILE
    awk -v file="$1" -v now="**Exercise $nn now**" '
        FNR == NR { if (index($0, now)) last = FNR; next }
        last ? FNR == last : /^## Exercises/ { exit }
        { print file ":" FNR "\t" $0 }
    ' "$1" "$1"
}

whole() { # FILE...
    for file; do
        [ ! -f "$file" ] || awk -v file="$file" \
            '{ print file ":" FNR "\t" $0 }' "$file"
    done
}

hints_1_and_2() { # FILE
    awk -v file="$1" '/^## 3/ { exit } { print file ":" FNR "\t" $0 }' "$1"
}

# What the folder of an earlier exercise shows around its fences.
around() { # EXERCISE
    number=$(basename "$1" | cut -d- -f1)
    for file in $(patched "$1"); do
        awk -v near=$near -v file="$number $file" -v number="$number" '
            { line[NR] = $0 }
            index($0, "EXERCISE " number " begin") { from[++n] = NR - near }
            index($0, "EXERCISE " number " end") { to[n] = NR + near }
            END {
                for (i = 1; i <= NR; i++)
                    for (k = 1; k <= n; k++)
                        if (i >= from[k] && i <= to[k]) {
                            print file ":" i "\t" line[i]
                            break
                        }
            }
        ' "$tmp/$number/$file"
    done
}

# The texts that a learner has read before exercise NN.
texts_before() { # EXERCISE
    chapter=$(sed -n 's/^Chapter: *//p' "$1/task.md")
    whole README.md docs/README.md docs/from-python.md
    for text in docs/[0-9][0-9]-*.md; do
        [ "$text" != "$chapter" ] || break
        whole "$text"
    done
    until_exercise "$chapter"
}

# And all else before it is solved.
read_before() { # EXERCISE
    texts_before "$1"
    for earlier in exercises/[0-9][0-9]-*; do
        [ "$earlier" != "$1" ] || break
        whole "$earlier"/task.md "$earlier"/predict.* "$earlier"/hints.md \
            "$earlier"/more.md
        around "$earlier"
    done
    whole "$1"/task.md "$1"/predict.txt
    hints_1_and_2 "$1/hints.md"
}

# A long line of the answer may not stand within a line either.
told() {
    awk -F '\t' '
        NR == FNR { answer[$0] = 1; next }
        {
            place = $1
            line = $0
            sub(/^[^\t]*\t/, "", line)
            gsub(/^[ \t]+|[ \t]+$/, "", line)
            if (line !~ /[A-Za-z_][A-Za-z_][A-Za-z_]/)
                next
            for (one in answer)
                if (line == one || last "\t" line == one ||
                    (length(one) >= 12 && index(line, one))) {
                    print place "\t" one
                    break
                }
            last = line
        }
    ' "$1" -
}

# The functions of a list that a text shows whole: PLACE<tab>excerpt FILE NAME.
shown() { # LIST
    awk -F '\t' -v list="$1" '
        FILENAME == list { broken[$0]; next }
        $2 !~ /^<!-- excerpt / { next }
        {
            n = split($2, words, " ")
            for (i = 4; i < n; i++)
                if (words[3] " " words[i] in broken)
                    print $1 "\texcerpt " words[3] " " words[i]
        }
    ' "$1" -
}

# complain WHAT: each line of standard input is one of it.
complain() { sed "s|^|$1: |; s|\t|: |g"; }

: > "$tmp/told"
for exercise in exercises/[0-9][0-9]-*; do
    nn=$(basename "$exercise" | cut -d- -f1)
    [ -f "$exercise/starter.patch" ] || continue
    break_copy "$exercise"
    answer "$exercise" | sort -u > "$tmp/answer"
    broken "$exercise" | sort -u > "$tmp/broken"
    {
        read_before "$exercise" | told "$tmp/answer"
        texts_before "$exercise" | shown "$tmp/broken"
    } | sed "s/^/$nn\t/" >> "$tmp/told"
done
grep -v '^#' "$allowed" > "$tmp/allowed" 2> /dev/null || :
awk -F '\t' -v allowed="$tmp/allowed" '
    FILENAME == allowed { may[$0] = 1; next }
    !(($1 "\t" $3) in may) && !(($1 "\t" $3 "\t" $4) in may)
' "$tmp/allowed" "$tmp/told" |
    complain 'an answer before its question' > "$tmp/complaints"
awk -F '\t' -v told="$tmp/told" '
    FILENAME == told { is[$1 "\t" $3] = is[$1 "\t" $3 "\t" $4] = 1; next }
    !($0 in is)
' "$tmp/told" "$tmp/allowed" |
    complain "$allowed, not needed" >> "$tmp/complaints"
if [ -s "$tmp/complaints" ]; then
    cat "$tmp/complaints" >&2
    exit 1
fi
echo 'No answer stands before its question.'
