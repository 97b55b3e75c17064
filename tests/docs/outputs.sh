#!/bin/sh
# outputs.sh ROOT BIN [--write] - what our texts show was really printed.
#
# A line <!-- output COMMAND --> stands before a block: what that command
# printed. It is run from ROOT with BIN in the PATH, and must succeed. Where it
# has {sync} or {async} in it, both servers run beside it, on a database of
# their own and an upstream (muse), and these are their URLs. What is bound to
# differ (differs.sed) is not compared.
#
# A line <!-- transcript FILE --> stands before the output of a command that
# takes too long to run here, such as a check that builds: every line of FILE
# is in the block. FILE is an expect-fail.txt, and exercises/runner/verify sees to
# it that the check of its exercise prints the block. Where the block says where to look, as in
# exercises/work/NN-name/PATH:LINE, the starter has its fence there; where it
# says "at FILE:LINE", a case can fail there.
#
# Without --write, fails when a block differs; with it, mends the outputs.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
bin=$(cd "$2" && pwd)
PATH=$bin:$PATH
write=${3:-}
kinds='output transcript'
# shellcheck source=tests/docs/blocks.sh
. "$here/blocks.sh"
export HOME="$out" # whatever a ~/.curlrc says

run() { # COMMAND
    # shellcheck disable=SC2016 # for the shell that runs it
    command=$(printf '%s\n' "$1" |
        sed 's/{sync}/"$sync"/g; s/{async}/"$async"/g')
    if [ "$command" = "$1" ]; then
        sh -c "$command"
    else
        # The servers print a line, too: only the command's is wanted.
        # shellcheck disable=SC2016 # for the inner shell
        "$bin/learn-runner" with --muse both -- sh -c '
            sync=$1 async=$2
            (eval "$3") > "$4" || exit
            sed "s|$sync|http://127.0.0.1:8001|g
                s|$async|http://127.0.0.1:8002|g" "$4" > "$4.usual"
            ' sh '{sync}' '{async}' "$command" "$out/printed" > /dev/null ||
            return
        cat "$out/printed.usual"
    fi
}

produce() { # KIND ARGUMENTS
    case $1 in
    transcript) cat "$2" ;;
    output)
        if ! run "$2" > "$out/said" 2> "$out/errors" < /dev/null; then
            cat "$out/errors" >&2
            return 1
        fi
        # HTTP ends its lines with \r, and a body with no end of line at all.
        tr -d '\r' < "$out/said" | awk 1
        ;;
    esac
}

same() { # KIND OLD NEW
    case $1 in
    transcript) holds_all "$2" "$3" && fails_there "$2" && places_hold "$2" "$3" ;;
    output)
        sed -E -f "$here/differs.sed" "$2" > "$out/old.same"
        sed -E -f "$here/differs.sed" "$3" > "$out/new.same"
        cmp -s "$out/old.same" "$out/new.same"
        ;;
    esac
}

# holds_all OLD NEW: each line of NEW stands in OLD. No --write can mend that: NEW
# is OLD from then on.
holds_all() {
    missing=0
    while IFS= read -r words; do
        grep -qF -- "$words" "$1" && continue
        complain "the block does not show: $words"
        missing=1
    done < "$2"
    cp "$1" "$2"
    [ "$missing" -eq 0 ]
}

# fails_there OLD: where a case says "at FILE:LINE", something can fail. No
# --write can mend that, either.
fails_there() {
    sed -n 's|^ *at \(tests/.*\):\([0-9]*\)$|\1 \2|p' "$1" > "$out/at"
    while read -r file at; do
        sed -n "${at}p" "$file" | grep -qE 'fail|assert|expect' ||
            complain "nothing can fail at $file:$at"
    done < "$out/at"
}

# places_hold OLD NEW: the places to look at are those of the fences, in their
# order. If not, NEW is OLD with the right ones.
places_hold() {
    folder=$(dirname "$arguments")
    work=exercises/work/${folder#exercises/}
    grep -q "^ *$work/" "$1" || return 0
    rm -rf "$out/starter"
    sed -n 's|^+++ b/||p' "$folder/starter.patch" > "$out/files"
    while IFS= read -r file; do
        mkdir -p "$out/starter/$(dirname "$file")"
        cp "$file" "$out/starter/$file"
    done < "$out/files"
    GIT_CEILING_DIRECTORIES=$out git -C "$out/starter" apply - \
        < "$folder/starter.patch" ||
        { complain "$folder/starter.patch does not apply"; return 1; }
    while IFS= read -r file; do
        sed -n '/EXERCISE [0-9]* begin/=' "$out/starter/$file" |
            sed "s|^|    $work/$file:|"
    done < "$out/files" > "$out/places"
    awk -v places="$out/places" -v work="$work/" '
        /^Look below / { on = 1 } # a trace above may name other places
        on && $1 ~ /:[0-9]+$/ && index($1, work) == 1 { getline < places }
        { print }
    ' "$1" > "$2"
    cmp -s "$1" "$2"
}

look_at_texts
[ "$status" -eq 0 ] || echo "Mend it: tests/docs/outputs.sh . build/dev/bin" \
    "--write; what a transcript says, by hand"
exit "$status"
