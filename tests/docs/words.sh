#!/bin/sh
# words.sh ROOT BIN - what stands in `...` in our texts is called so.
#
# A reader looks it up, or types it. So of what stands there
#
#   a name, also behind -> or before (   is in our sources, in the headers of
#                                        what we use, or in words.txt
#   --option, TODO_VARIABLE              is in our sources
#   name.c, label.of.a.wait              is a file, a label, a test of ours
#   ./learn VERB                         is a verb
#   GET /path, /path?query               is answered by a server of ours
#
# tests/docs/words.txt has what comes from elsewhere: Python's names,
# other tools', or what an example makes up. A word there that no text uses any
# more fails as well.
# shellcheck disable=SC2016 # ` is one of Markdown; inner shells expand
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
bin=$2
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT
elsewhere=tests/docs/words.txt
status=0

complain() {
    echo "$*" >&2
    status=1
}

# FILE<tab>SPAN for each, once. Blocks of code and comments have none.
spans() {
    for text in README.md docs/*.md exercises/*/*.md; do
        [ ! -f "$text" ] || awk '
            /^```/ { code = !code; next }
            /^<!--/ { next }
            !code { printf "%s ", $0 }
        ' "$text" | grep -oE '`[^`]+`' | tr -d '`' | sort -u |
            sed "s|^|$text	|"
    done
}

# --- what there is -----------------------------------------------------------

ours() {
    for place in common sync_impl async_impl tests exercises cmake docs/scripts \
        learn CMakeLists.txt CMakePresets.json .ci; do
        [ ! -e "$place" ] || find "$place" -type f ! -path '*/node_modules/*' \
            ! -path 'exercises/work/*' ! -name '*.md' \
            ! -name words.txt ! -name told.txt ! -path '*/corpus/*'
    done
}

theirs() {
    for header in uv.h uv/unix.h civetweb.h llhttp.h sqlite3.h cmocka.h \
        cjson/cJSON.h sodium.h curl/curl.h curl/multi.h curl/easy.h \
        pthread.h poll.h \
        signal.h unistd.h string.h stdlib.h stdio.h sys/socket.h sys/epoll.h \
        netinet/tcp.h errno.h time.h setjmp.h; do
        printf '#if __has_include(<%s>)\n#include <%s>\n#endif\n' "$header" \
            "$header"
    done | "${CC:-cc}" -D_GNU_SOURCE -E -dD -
}

names() { grep -ohE '[A-Za-z_][A-Za-z0-9_]*' "$@"; }

ours > "$out/ours"
theirs > "$out/theirs.h"
# shellcheck disable=SC2046 # names of ours, without blanks
{
    names $(cat "$out/ours") "$out/theirs.h"
    sed 's|.*/||; p; s|\(.*\)_test\.c$|unit.\1|' "$out/ours"
    grep -ohE '[A-Za-z0-9_]+(\.[a-z0-9_-]+)+' $(cat "$out/ours")
    grep -ohE -e '--[a-z][a-z-]*' $(cat "$out/ours")
    sed -n 's/^  \([a-z]*\) .*/.\/learn \1/p' learn
    printf '%s\n' './learn'
    grep -v '^#' "$elsewhere" 2> /dev/null || :
} | sort -u > "$out/known"

# --- what is said ------------------------------------------------------------

# Of each span what is to be looked up: FILE<tab>WORD; or FILE<tab>URL<tab>
# METHOD<tab>PATH. What has none of these shapes is no name.
spans > "$out/spans"
awk -F '\t' '
    function word(w) { print $1 "\t" w }
    function url(method, path) { print $1 "\turl\t" method "\t" path }
    { s = $2 }
    s ~ /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/[^ ]*$/ {
        split(s, part, " ")
        url(part[1], part[2])
        next
    }
    s ~ /^\.\/learn [a-z]+/ { split(s, part, " "); word("./learn " part[2]); next }
    s ~ /^--[a-z]/ { sub(/[ =].*/, "", s); word(s); next }
    s ~ /^TODO_[A-Z_]+/ { sub(/[^A-Z_].*/, "", s); word(s); next }
    s ~ /^(struct |enum )?[A-Za-z_][A-Za-z0-9_]*(\(.*\))?$/ {
        sub(/^(struct|enum) /, "", s)
        sub(/\(.*/, "", s)
        if (length(s) > 3) word(s)
        next
    }
    s ~ /^[a-z_]+(->|\.)[a-z_]+((->|\.)[a-z_]+)*$/ {
        if (s ~ /->/) { gsub(/.*(->|\.)/, "", s) }
        word(s)
    }
' "$out/spans" > "$out/asked"

awk -F '\t' 'NR == FNR { known[$0] = 1; next }
    { last = $2 }
    sub(/.*[.]/, "", last) && length(last) > 3 && last in known { next }
    $2 != "url" && !($2 in known) { print $1 ": there is no " $2 }
' "$out/known" "$out/asked" > "$out/unknown"
while IFS= read -r line; do complain "$line"; done < "$out/unknown"

# --- urls --------------------------------------------------------------------

awk -F '\t' 'NR == FNR { known[$0] = 1; next }
    $2 == "url" && !(($3 " " $4) in known) { print $3 "\t" $4 "\t" $1 }
' "$out/known" "$out/asked" |
    grep -vE '[{…]' > "$out/urls" || :
cat > "$out/ask" << 'END'
tab=$(printf '\t')
while IFS=$tab read -r method path text; do
    allow=$(curl -sS -o /dev/null -X OPTIONS -D - "$1${path%%\?*}" |
        tr -d '\r' | sed -n 's/^Allow: //p')
    case ", $allow, " in
    *", $method, "*) ;;
    *) echo "$text: $method $path is not allowed, but: $allow" ;;
    esac
    case $path in
    *\?*)
        code=$(curl -sS -o /dev/null -w '%{http_code}' "$1$path")
        [ "$code" = 200 ] || echo "$text: $method $path gives $code"
        ;;
    esac
done
END
"$bin/learn-runner" with --muse sync -- sh -c 'sh "$1" "$2" < "$3" > "$4"' sh \
    "$out/ask" '{sync}' "$out/urls" "$out/refused" > "$out/log" 2>&1 || {
    cat "$out/log"
    complain 'the urls cannot be asked for'
}
while IFS= read -r line; do complain "$line"; done < "$out/refused"

# --- words of elsewhere ------------------------------------------------------

grep -v '^#' "$elsewhere" 2> /dev/null | while IFS= read -r word; do
    cut -f 2 "$out/spans" | grep -qF -e "$word" || echo "$word"
done > "$out/unused"
while IFS= read -r word; do
    complain "$elsewhere: no text says $word"
done < "$out/unused"
[ $status -ne 0 ] ||
    echo "$(wc -l < "$out/asked") names in texts are those of what there is."
exit $status
