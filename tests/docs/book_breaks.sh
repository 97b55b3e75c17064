#!/bin/sh
# book_breaks.sh LEARN_BOOK ROOT - breaks a copy of the texts in every way that
# the book must not pass on, and fails when learn-book makes one all the same;
# and looks for what it must show.
# shellcheck disable=SC2016 # a ` is one of Markdown
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
program=$1 root=$2
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

mkdir "$tmp/copy"
(cd "$root" && tar -cf - --exclude=./build --exclude=./.git \
    --exclude=./exercises/work --exclude=node_modules .) |
    tar -xf - -C "$tmp/copy"
chapter=$tmp/copy/docs/00-first-green.md
cp "$chapter" "$tmp/chapter"

report() { # SENTENCE WORDS: $tmp/said has the words
    if grep -qF -e "$2" "$tmp/said"; then
        echo "ok   $1"
    else
        echo "FAIL $1: no '$2' in"
        cat "$tmp/said"
        failed=1
    fi
}

make_book() { (cd "$tmp/copy" && "$program" "$tmp/${1:-book}") > "$tmp/said" 2>&1; }

# refuses SENTENCE WORDS [LINE]: with the line behind the chapter there is no
# book, and the words say why and where.
refuses() {
    printf '\n%s\n' "${3:-}" >> "$chapter"
    if make_book "${4:-}"; then
        echo "FAIL $1: a book is made"
        failed=1
    else
        report "$1" "$2"
    fi
    cp "$tmp/chapter" "$chapter"
}

# shows SENTENCE HTML LINE: with the line behind the chapter, so does its page.
shows() {
    printf '\n%s\n' "$3" >> "$chapter"
    make_book || cat "$tmp/said"
    cp "$tmp/book/00-first-green.html" "$tmp/said"
    report "$1" "$2"
    cp "$tmp/chapter" "$chapter"
}

line=$(($(wc -l < "$chapter") + 2))
refuses 'a link leads nowhere' \
    "docs/00-first-green.md:$line: a dead link: nowhere.md" '[x](nowhere.md)'
refuses 'a link leads out of the checkout' \
    'a dead link: ../../../etc/passwd' '[x](../../../etc/passwd)'
refuses 'a link leads to no heading' \
    "docs/00-first-green.md:$line: a link to no heading: docs/README.md#none" \
    '[x](README.md#none)'
refuses 'a link leads to no operation' \
    'a link to no heading: docs/compare.html#eat' '[x](compare.html#eat)'
refuses 'a link is a script' 'a dead link: javascript://%0aalert()' \
    '[x](javascript://%0aalert())'
refuses 'a picture is not there' 'no picture: none.svg' '![x](none.svg)'
refuses 'a paragraph has HTML' \
    "docs/00-first-green.md:$line: HTML in a paragraph: <b>" 'a <b>word</b>'
refuses 'a block is HTML' 'HTML that the book does not know: <div>' '<div>'
refuses 'a table is not of two excerpts' \
    'HTML that the book does not know: <table>' '<table><tr><td>x'
refuses 'a table stands in a list, without a frame' \
    "docs/00-first-green.md:$((line + 2)): a table inside another block" '- list

  | a | b |
  | --- | --- |'

shows 'what HTML would take for markup' \
    '<p>a &lt; b &amp;&amp; <span class="name"><code>&lt;i&gt;</code></span></p>' \
    'a < b && `<i>`'
shows 'what is too long for one line may be broken' \
    '<p><code>./learn contract --level 0</code>' '`./learn contract --level 0`'
shows 'a word of the glossary leads there, in two lines, too' \
    '">condition
variable</a>' 'A condition
variable.'
shows 'an operation leads to the page of comparison' \
    '<a href="compare.html#suggest_titles"><code>suggest_titles</code></a>' \
    '`suggest_titles`'
shows 'a second heading of one name is another place' \
    '<h2 id="run-1">Run</h2>' '## Run'

refuses 'the book has no place to go to' 'cannot make' '' none/book
rm "$tmp/copy/exercises/runner/page/book.css"
refuses 'a part of the book is missing' 'cannot read exercises/runner/page/book.css'
exit "$failed"
