#!/bin/sh
# breaks.sh BIN - makes a small course, breaks it in every way that the scripts
# beside this one are there to notice, and fails when one does not.
# shellcheck disable=SC2016 # a ` is one of Markdown
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
bin=$1
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

course() { # a whole one; `served` has a block that needs servers
    rm -rf "$tmp/root"
    mkdir -p "$tmp/root/docs" "$tmp/root/common" "$tmp/root/exercises/07-x" \
        "$tmp/root/tests"
    cd "$tmp/root"
    printf '%s\n' 'struct egg {' '    int yolk;' '};' '' 'int boil(int n);' '' \
        'int boil(int n)' '{' '    /* excerpt heat begin */' '    n++;' \
        '    /* excerpt heat end */' '    return n;' '}' > common/egg.c
    printf 'words of the check\n' > exercises/07-x/expect-fail.txt
    touch learn
    printf '%s\n' 'int pan;' 'int stir(int spoon);' > common/pan.c
    printf '%s\n' '/* the pan */' 'fail_msg("cold");' > tests/pan.c
    printf '%s\n' '--- a/common/pan.c' '+++ b/common/pan.c' '@@ -1,2 +1,3 @@' \
        ' int pan;' '+/* EXERCISE 07 begin: heat it */' \
        '+/* EXERCISE 07 end */' '-int stir(int spoon);' \
        > exercises/07-x/starter.patch
    printf '%s\n' 'Chapter: docs/07-eggs.md' > exercises/07-x/task.md
    printf '%s\n' '## 2' '' '## 3' '' 'int stir(int spoon);' \
        > exercises/07-x/hints.md
    printf '# Read me\n\nSee [the course](docs/README.md#the-course) or %s.\n' \
        '`common/egg.c`' > README.md
    printf '# The course\n\n[Eggs](07-eggs.md)\n' > docs/README.md
    {
        printf '# 07 Eggs\n\nMinutes: 5\n\n'
        printf '## What you will be able to do\n\n- a\n- b\n\n'
        printf '## Predict\n\n    ./learn predict\n\n## Run\n\n'
        block 'output echo 12 ms' text '7 ms'
        block 'output cat common/egg.c | sed 1q' text 'struct egg {'
        [ "${1:-}" != served ] ||
            block "output curl -so /dev/null -w '%{http_code}' {sync}/ && echo" \
                text 200
        printf '## Timeline\n\nnone\n\n## Read both\n\n'
        block 'excerpt common/egg.c struct egg' c 'struct egg {
    int yolk;
};'
        block 'excerpt common/egg.c boil' c "$(sed -n '7,$p' common/egg.c)"
        block 'excerpt common/egg.c @heat' c '    n++;'
        printf '## Exercises\n\nexercises/07-x\n\n'
        block 'transcript exercises/07-x/expect-fail.txt' text \
            'FAIL: the words of the check, and more
    at tests/pan.c:2
    exercises/work/07-x/common/pan.c:7
Look below "EXERCISE 07 begin", in
    exercises/work/07-x/common/pan.c:2'
        printf '## When would you pick it?\n\nnow\n\n## What it costs\n\ntime\n'
    } > docs/07-eggs.md
}

block() { # COMMENT LANGUAGE TEXT
    printf '<!-- %s -->\n\n```%s\n%s\n```\n\n' "$@"
}

look() { # SCRIPT [--write]
    case $1 in
    outputs.sh | commands.sh | words.sh) sh "$here/$1" "$tmp/root" "$bin" "${2:-}" ;;
    *) sh "$here/$1" "$tmp/root" "${2:-}" ;;
    esac
}

# notices SENTENCE SCRIPT WORDS: it must fail on the course, and say the words.
notices() {
    if look "$2" > "$tmp/said" 2>&1; then
        echo "FAIL $1: $2 found nothing"
        failed=1
    elif ! grep -qF -- "$3" "$tmp/said"; then
        echo "FAIL $1: $2 does not say $3:"
        cat "$tmp/said"
        failed=1
    else
        echo "ok   $1"
    fi
}

# edit FILE SED-SCRIPT: changes a file of the course, and makes sure it did.
edit() {
    sed "$2" "$1" > "$tmp/edited"
    if cmp -s "$tmp/edited" "$1"; then
        echo "FAIL $2 changes nothing in $1"
        failed=1
    fi
    cat "$tmp/edited" > "$1"
}

# mends SENTENCE SCRIPT: with --write the course is whole again.
mends() {
    look "$2" --write > /dev/null 2>&1 || :
    if look "$2" > "$tmp/said" 2>&1; then
        echo "ok   $1"
    else
        echo "FAIL $1"
        cat "$tmp/said"
        failed=1
    fi
}

course served
for script in excerpts outputs links chapters answers; do
    look $script.sh
done

edit common/egg.c 's/n++/n += 1/'
notices 'a function differs' excerpts.sh 'egg.c boil'
notices 'a region differs' excerpts.sh 'egg.c @heat'
mends 'excerpts are mended' excerpts.sh

course
edit common/egg.c 's/yolk/white/'
notices 'a struct differs' excerpts.sh 'egg.c struct egg'

course
edit common/egg.c 's/boil/fry/'
notices 'a function is gone' excerpts.sh 'common/egg.c has no boil'

course
edit common/egg.c '/excerpt heat end/d'
notices 'a region has no end' excerpts.sh 'common/egg.c has no @heat'

course
edit common/egg.c '/n++/d'
notices 'a region is empty' excerpts.sh 'is empty: excerpt common/egg.c @heat'

course
mv common/egg.c common/ei.c
notices 'a file is gone' excerpts.sh 'there is no file common/egg.c'
notices 'a path leads nowhere' links.sh 'there is no common/egg.c'
notices 'a command fails' outputs.sh 'is empty: output cat common/egg.c'

course
edit docs/07-eggs.md '/egg.c boil/,/^}/{
/```c/,/^}/d
}'
notices 'a block is gone' excerpts.sh 'no block follows'

course
edit docs/07-eggs.md 's/^struct egg {$/struct ei {/'
notices 'an output differs' outputs.sh 'output cat common/egg.c'
mends 'outputs are mended' outputs.sh

course
block 'output printf egg' text ei >> docs/07-eggs.md
mends 'an output without an end of line is mended' outputs.sh
if ! grep -qx egg docs/07-eggs.md; then
    echo "FAIL its last line has no end"
    failed=1
fi

course served
edit docs/07-eggs.md 's/^200$/404/'
notices 'an answer of a server differs' outputs.sh '{sync}'

course served
edit docs/07-eggs.md 's/curl -so/false; curl -so/; s/ && echo -->/; false -->/'
notices 'a command beside servers fails' outputs.sh 'cannot be made'

course
edit docs/07-eggs.md 's/^7 ms$/7 MB/'
notices 'only what must differ may' outputs.sh 'output echo 12 ms'

course
edit exercises/07-x/expect-fail.txt 's/words/letters/'
notices 'a transcript is old' outputs.sh 'does not show: letters'

course
edit docs/07-eggs.md 's|common/pan.c:2$|common/pan.c:1|' # not the trace
notices 'a transcript names an old line' outputs.sh 'pan.c:2'
mends 'the line is mended' outputs.sh

course
edit docs/07-eggs.md 's|tests/pan.c:2$|tests/pan.c:1|'
notices 'a transcript fails where nothing can' outputs.sh 'tests/pan.c:1'

course
edit README.md 's/#the-course/#the-way/'
notices 'a heading is gone' links.sh 'docs/README.md#the-way'

course
rm docs/07-eggs.md
notices 'a link is dead' links.sh '07-eggs.md'
notices 'no chapter is there' chapters.sh 'Found no chapter'

course
edit docs/07-eggs.md 's/^## Timeline/```sh\nfalse | true\n. build\/run\/urls\ncurl -sf $SYNC\/healthz > \/dev\/null\n```\n&/'
look commands.sh
edit docs/07-eggs.md 's/healthz/eggs/'
notices 'a command of a reader fails' commands.sh '=== docs/07-eggs.md:'
edit docs/07-eggs.md 's/^```sh/<!-- by hand: no eggs yet -->\n\n&/'
look commands.sh

# word SENTENCE WORD: a chapter that says it is noticed.
word() {
    course
    edit docs/07-eggs.md "s,^none\$,say \`$2\`,"
    notices "$1" words.sh "docs/07-eggs.md: "
}

word 'a function that is gone' 'fry_the_egg(n)'
word 'an option that is gone' '--hard 5'
word 'a verb that is gone' './learn boil'
word 'a path that is gone' 'GET /eggs'
word 'a parameter that is gone' 'GET /todos?search=milk'

# chapter SENTENCE SED-SCRIPT WORDS: a chapter broken in this way is noticed.
chapter() {
    course
    edit docs/07-eggs.md "$2"
    notices "$1" chapters.sh "$3"
}

chapter 'a part is missing' '/^## Timeline/d' 'not those of a chapter'
chapter 'parts have another order' 's/^## Run/## Ran/' 'not those of a chapter'
chapter 'a part is empty' 's/^none$//' 'nothing under: Timeline'
chapter 'too few points' '/^- b/d' 'two to four points'
chapter 'no minutes' '/^Minutes/d' 'Minutes: N'
chapter 'no title' '1s/07/08/' '# 07 Title'
chapter 'no prediction' '/learn predict/s/predict/run/' './learn predict'
chapter 'no exercise' 's|exercises/07|eggs/07|' 'names no folder'
chapter 'C that is not ours' '/excerpt.*boil/d' 'C that is no excerpt'
chapter 'an output of no command' '/output cat/d' 'text that no command'
chapter 'a block of what?' 's/^```c$/```/' 'does not say what it is'

course
edit docs/README.md '/Eggs/d'
notices 'the table of contents lacks it' chapters.sh 'does not lead to it'

course
edit docs/07-eggs.md 's/^## Run/&\nint stir(int spoon);/'
notices 'a chapter tells an answer' answers.sh 'int stir(int spoon);'

course
edit docs/07-eggs.md '$s/$/\nint stir(int spoon);/'
look answers.sh # behind the exercise it may

course
edit exercises/07-x/hints.md 's/^## 3//'
notices 'a hint tells an answer' answers.sh 'int stir(int spoon);'

course
mkdir -p tests/docs
printf '07\tint stir(int spoon);\n' > tests/docs/told.txt
notices 'an exception is not needed' answers.sh 'told.txt, not needed'

# The copy of an earlier exercise shows it.
course
mkdir exercises/06-w
sed 's/EXERCISE 07/EXERCISE 06/; /^-int stir/s/^-/ /' \
    exercises/07-x/starter.patch > exercises/06-w/starter.patch
sed -i 's/-1,2 +1,3/-1,2 +1,4/' exercises/06-w/starter.patch
echo 'Chapter: docs/07-eggs.md' > exercises/06-w/task.md
: > exercises/06-w/hints.md
notices 'an earlier copy tells an answer' answers.sh '06 common/pan.c'

# A chapter shows a function whole to which its exercise adds a line.
course
{
    printf '%s\n' '--- a/common/egg.c' '+++ b/common/egg.c' '@@ -7,7 +7,8 @@'
    sed -n '7,$s/^/ /p' common/egg.c
} | sed '/n++/s/$/\n+    n--;/' > exercises/07-x/starter.patch
notices 'a chapter shows what is to be mended' answers.sh 'common/egg.c boil'

exit $failed
