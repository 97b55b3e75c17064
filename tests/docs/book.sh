#!/bin/sh
# book.sh LEARN_BOOK ROOT - makes the book, and fails when a link in it leads
# nowhere, when a page needs anything from elsewhere, or when a text is missing.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$2"
book=$(mktemp -d)
trap 'rm -r "$book"' EXIT
status=0

complain() {
    echo "$*" >&2
    status=1
}

"$1" "$book"
for text in README.md docs/*.md exercises/[0-9]*/task.md; do
    title=$(sed -n '1s/^# //p' "$text" | sed "s/[\`*]//g; s/'/\&#39;/g")
    grep -qF "<title>$title" "$book"/*.html ||
        complain "no page has the title of $text: $title"
done

# What links can lead to: a page, and each of its places; with them, a file.
cd "$book"
awk '
    function places(file, line) {
        for (; match(line, / id="[^"]*"/); line = substr(line, RSTART + RLENGTH))
            print file "#" substr(line, RSTART + 5, RLENGTH - 6)
    }
    FNR == 1 { print FILENAME }
    { places(FILENAME, $0) }
' ./*.html | sed 's|^\./||' | sort > "$book/places"
ls >> "$book/places"

# Every link, whole.
awk '
    BEGIN { link = " (href|src)=\"[^\"]*\"" }
    {
        for (line = $0; match(line, link); line = substr(line, RSTART + RLENGTH)) {
            to = substr(line, RSTART, RLENGTH)
            gsub(/^ (href|src)="|"$/, "", to)
            print (to ~ /^#/ ? FILENAME to : to) " " FILENAME
        }
    }
' ./*.html | sed 's|^\./||' | grep -v '^https\{0,1\}://' | sort -u > "$book/links"
awk 'NR == FNR { there[$0]; next } !($1 in there) { print $2 ": " $1 }' \
    places links > "$book/dead"
[ ! -s "$book/dead" ] || complain "dead links: $(cat "$book/dead")"
[ "$(wc -l < links)" -gt 500 ] || complain "hardly a link: $(wc -l < links)"

# The page of comparison has a script and a style of its own.
for page in *.html; do
    [ "$page" != compare.html ] || continue
    [ "$(grep -c '<h1' "$page")" -eq 1 ] || complain "$page: not one h1"
    ! grep -nE '<script|<style| on[a-z]+="|<!-- ' "$page" ||
        complain "$page: more than text and a style sheet"
done
! grep -nE '@import|url\(' book.css ||
    complain "book.css: asks for another file"
! grep -nE ' src="[a-z]*:|<link [^>]*href="[a-z]*:|xlink' ./*.html ||
    complain "something comes from elsewhere"

# Forward and back, from the first to the last and to the first again.
page=index.html
for step in next prev; do
    pages=1
    while to=$(sed -n "s/.*rel=\"$step\" href=\"\([^\"]*\)\".*/\1/p" "$page" |
        sed 1q) && [ -n "$to" ]; do
        page=$to
        pages=$((pages + 1))
    done
    [ "$pages" -gt 25 ] || complain "only $pages pages go $step"
done
[ "$page" = index.html ] || complain "the way back ends at $page"
[ "$status" -ne 0 ] || echo "$(wc -l < links) links of the book lead somewhere."
exit "$status"
