#!/bin/sh
# environments.sh - tests ./learn, and tests run by hand, where a user's shell,
# configuration and folders are odd: nothing of it changes what they do.
#
# A copy of this checkout goes to a folder with an odd name, inside somebody
# else's repository. There a learner goes all the way in an environment in which
# every variable that a tool obeys says something hostile. Then single ones, in
# the same copy: those that exclude each other, and those that would hide each
# other.
# shellcheck disable=SC2016,SC2317 # other shells expand; check calls functions
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd -- "$(dirname -- "$0")/../.."

tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
failed=0

. tests/door/check.sh

# --- the places --------------------------------------------------------------

around="$tmp/-around ü"
copy="$around/C+ 100%, \$HOME (1) {~} @ = !"
home="$tmp/home of a user"

copy_to() { # FOLDER: this checkout, without what was built or downloaded
    mkdir -p "$1"
    tar -cf - --exclude=./build --exclude=./.git --exclude=./exercises/work \
        --exclude=node_modules . | tar -xf - -C "$1"
}

# Whoever asks git or curl in there meets somebody's wishes.
hostile_home() {
    mkdir -p "$home/xdg/git"
    printf '%s\n' '[core]' 'autocrlf = true' 'quotePath = true' \
        'hooksPath = /nonexistent' '[apply]' 'whitespace = error-all' \
        '[diff]' 'noprefix = true' 'external = false' '[color]' 'ui = always' |
        tee "$home/.gitconfig" > "$home/xdg/git/config"
    echo '* text eol=crlf' > "$home/xdg/git/attributes"
    printf '%s\n' 'proxy = http://127.0.0.1:1' 'fail' > "$home/.curlrc"
}

hostile_repository() {
    git init -q "$around"
    git -C "$around" config core.autocrlf true
    git -C "$around" config apply.whitespace error-all
    echo '* text eol=crlf' > "$around/.gitattributes"
}

# A compiler that is asked for what is in there fails.
hostile_headers() {
    mkdir -p "$tmp/include" "$tmp/programs"
    for header in uv stdio sqlite3 cmocka; do
        echo '#error "not this one"' > "$tmp/include/$header.h"
    done
    printf '#!/bin/sh\nexit 1\n' | tee "$tmp/programs/as" > "$tmp/programs/ld"
    chmod +x "$tmp/programs/as" "$tmp/programs/ld"
    echo 'echo A shell has read this file; set -o noclobber -o noglob' \
        > "$tmp/profile"
}

# --- the environments --------------------------------------------------------

# What only a list of its own would keep out, one group in each function.
shell_variables() {
    printf '%s\n' 'CDPATH=.:/' "ENV=$tmp/profile" "BASH_ENV=$tmp/profile" \
        'IFS=/' 'POSIXLY_CORRECT=1' 'SHELLOPTS=noclobber:noglob:xtrace' \
        'BASH_FUNC_sort%%=() { command sort -r "$@"; }' \
        'BASH_FUNC_sed%%=() { echo sed is mine; }' 'COLUMNS=20' 'TERM=dumb'
}
git_variables() {
    printf '%s\n' "HOME=$home" "XDG_CONFIG_HOME=$home/xdg" \
        'GIT_DIR=/nonexistent' 'GIT_WORK_TREE=/' 'GIT_EXTERNAL_DIFF=false' \
        'GIT_INDEX_FILE=/nonexistent' 'GIT_TRACE=1' 'GIT_PAGER=false' \
        'GIT_CONFIG_PARAMETERS=nonsense'
}
build_variables() {
    printf '%s\n' 'CMAKE_GENERATOR=Ninja Multi-Config' 'CMAKE_BUILD_TYPE=None' \
        'CMAKE_TOOLCHAIN_FILE=/nonexistent' 'CMAKE_C_COMPILER_LAUNCHER=false' \
        'CMAKE_CONFIG_TYPE=Other' 'CMAKE_COLOR_DIAGNOSTICS=ON' \
        'CMAKE_BUILD_PARALLEL_LEVEL=none' 'DESTDIR=/nonexistent' \
        'NINJA_STATUS=%f of %t: ' 'MAKEFLAGS=-n' 'CLICOLOR_FORCE=1' \
        'CTEST_OUTPUT_ON_FAILURE=1' 'CTEST_PARALLEL_LEVEL=9'
}
compiler_variables() {
    printf '%s\n' 'CFLAGS=-Werror -Wtraditional' 'CPPFLAGS=-DNDEBUG' \
        'LDFLAGS=-lnonexistent' "CPATH=$tmp/include" \
        "C_INCLUDE_PATH=$tmp/include" 'LIBRARY_PATH=/nonexistent' \
        "COMPILER_PATH=$tmp/programs" 'GCC_EXEC_PREFIX=/nonexistent/' \
        'SOURCE_DATE_EPOCH=never' 'GCC_COLORS=error=01;31'
}
program_variables() {
    printf '%s\n' 'LD_PRELOAD=libm.so.6' 'LD_BIND_NOW=1' \
        'ASAN_OPTIONS=log_path=/nonexistent/x:detect_leaks=0' \
        'UBSAN_OPTIONS=log_path=/nonexistent/x' 'LSAN_OPTIONS=exitcode=0' \
        'TSAN_OPTIONS=halt_on_error=1' 'MALLOC_PERTURB_=170' \
        'GLIBC_TUNABLES=glibc.malloc.check=3' 'UV_THREADPOOL_SIZE=1' \
        'CMOCKA_MESSAGE_OUTPUT=XML' 'CMOCKA_XML_FILE=/nonexistent/x' \
        'SQLITE_TMPDIR=/nonexistent'
}
net_variables() {
    for name in http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY \
        ALL_PROXY; do
        echo "$name=http://127.0.0.1:1"
    done
    echo "CURL_HOME=$home"
}
tool_variables() {
    printf '%s\n' 'LC_ALL=xx_XX.UTF-8' 'LANG=xx_XX' 'LANGUAGE=de:fr' \
        'LC_NUMERIC=de_DE.UTF-8' 'TZ=No/Where' 'GREP_OPTIONS=--color=always' \
        'GREP_COLORS=mt=1' 'QUOTING_STYLE=c' 'TIME_STYLE=+x' 'BLOCKSIZE=1M' \
        'BLOCK_SIZE=1M' 'DF_BLOCK_SIZE=1M' 'TAR_OPTIONS=--exclude=*.h' \
        'TAPE=/nonexistent' 'GZIP=-9' 'AWKPATH=/nonexistent' 'PAGER=false' \
        'FORCE_COLOR=1' 'NODE_OPTIONS=--nonsense' 'npm_config_prefix=/x'
}
server_variables() {
    printf '%s\n' 'TODO_PORT=http' 'TODO_PUBLIC_URL=https://todos.example' \
        'TODO_HEAD_TIMEOUT=-1' 'TODO_UPSTREAM=http://127.0.0.1:1/'
}

# Makes a program that becomes its arguments in such an environment.
environment() { # NAME GROUP...
    name=$1
    shift
    {
        echo '#!/bin/sh'
        echo 'umask 077'
        echo 'ulimit -Sn 64'
        for group; do "$group"; done |
            sed "s/'/'\\\\''/g; s/.*/set -- '&' \"\$@\"/"
        echo 'exec env "$@"'
    } > "$tmp/$name"
    chmod +x "$tmp/$name"
}

copy_to "$copy"
hostile_home
hostile_repository
hostile_headers
groups='shell_variables git_variables build_variables compiler_variables
    program_variables net_variables tool_variables'
# shellcheck disable=SC2086 # names
{
    environment odd $groups
    environment odder $groups server_variables
}
odd=$tmp/odd odder=$tmp/odder
mkdir "$tmp/t m p"
cd -- "$copy"

# --- a learner's way ---------------------------------------------------------

work=exercises/work

# Puts the real source in the place of what the exercise broke.
mend() { # EXERCISE
    sed -n 's|^+++ b/||p' "exercises/$1/starter.patch" |
        while read -r file; do cat "$file" > "$work/$1/$file"; done
}

# The starter fails, with each text that it should; only what the case and a
# sanitizer say is known so well.
fails_as_it_should() { # EXERCISE
    TMPDIR="$tmp/t m p" "$odder" ./learn check "${1%%-*}" > "$tmp/check" && return 1
    cat "$tmp/check"
    while IFS= read -r words; do
        grep -qF -e "$words" "$tmp/check" || {
            echo "it does not say: $words"
            return 1
        }
    done < "exercises/$1/expect-fail.txt"
}

check "learn builds, and both servers agree" \
    0 '< HTTP/1.1 200 OK' "$odd" ./learn --yes
check "learn doctor says what does not count" \
    0 'ignored here:.*CMAKE_GENERATOR' "$odder" ./learn doctor
check "learn next makes the folder, and asks" \
    0 'Which of them answers wrongly?' "$odder" ./learn next
check "learn predict shows what happens" \
    0 'You said b; here it was c' sh -c 'echo b | "$0" ./learn predict' "$odder"
check "learn check says of the starter what it should" \
    0 'meant to fail' fails_as_it_should 00-first-green
check "learn hint" 0 'Two more hints are left' "$odder" ./learn hint
mend 00-first-green
check "learn diff shows the edit" 0 '^+ .*begin_head(reply, 201)' \
    "$odder" ./learn diff
check "learn check passes the real source" \
    0 'exercise 00 First green is solved' \
    env "TMPDIR=$tmp/t m p" "$odder" ./learn check
check "learn solution" 0 'Creating says 201 now' "$odder" ./learn solution
check "learn reset" 0 'as it was when you began' "$odder" ./learn reset --yes
check "nothing is lost by it" 0 'begin_head(reply, 201)' \
    cat "$work/00-first-green.old-1/common/http/reply.c"
check "learn list" 0 '^00 *solved' "$odder" ./learn list
check "a sanitizer's report is found" 0 'A sanitizer saw' sh -c '
    "$0" ./learn next 04 && "$0" ./learn check; [ $? = 1 ]' "$odder"
mend 04-close-then-free
check "and none where nothing is wrong" 0 'is solved' "$odder" ./learn check
check "learn compare" 0 'create_todo_answer' "$odder" ./learn compare create_todo
check "learn book" 0 'from the disk: .*/build/book/index.html' \
    "$odd" ./learn --yes book
check "learn timeline" 0 'stands\? still' \
    "$odder" ./learn timeline --out "$tmp" disk
check "learn contract" 0 'level 1 ' build/dev/bin/learn-runner with async -- \
    "$odder" ./learn contract --level 1 '{async}'
check "learn test" 0 '100% tests passed' \
    "$odder" ./learn test -- -R 'unit.(buf|config)$'
check "tests run by hand" 0 '100% tests passed' "$odder" ctest --preset dev -R \
    '^(contract.async|unit.config|mirror|docs.(links|chapters)|hostile.sync)$'
holds() { "$@" && echo it holds; }
check "mutants fit the sources" 0 '^it holds' holds \
    "$odder" bash tests/mutants/run --check
check "the texts' outputs are those of today" 0 '^it holds' holds \
    "$odder" sh tests/docs/outputs.sh . build/dev/bin

# --- one group at a time -----------------------------------------------------

starter=$work/00-first-green/.starter
./learn reset --yes 0 > "$tmp/said"
cp -R "$starter" "$tmp/starter"
mend 00-first-green
for group in $groups server_variables; do
    environment one "$group"
    rm -rf "$work/00-first-green/build"
    check "$group: an exercise is built, and passes" 0 'is solved' \
        "$tmp/one" ./learn check 0
    check "$group: and is reset" 0 'as it was when you began' \
        "$tmp/one" ./learn reset --yes 0
    check "$group: to the same bytes" 0 '^it holds' \
        holds diff -rq "$tmp/starter" "$starter"
    mend 00-first-green
done
check "an autocrlf of yours: it is reset" 0 'as it was when you began' \
    env HOME="$home" ./learn reset --yes 0
check "to the same bytes" 0 '^it holds' holds diff -rq "$tmp/starter" "$starter"
mend 00-first-green
check "whatever each bash reads first" 0 '^it holds' holds \
    env BASH_ENV="$tmp/profile" bash tests/mutants/run --check

# --- what excludes each other ------------------------------------------------

check "what you tell the servers holds for those that you run" \
    0 '"url":"https://todos.example/todos/' \
    env TODO_PUBLIC_URL=https://todos.example ./learn --yes
check "and a mistake in it is named" 1 'TODO_LOG_LEVEL: "loud" is not' \
    env TODO_LOG_LEVEL=loud ./learn run
long=$(printf '%0200d' 0)
mkdir relative "$tmp/a:b" "$tmp/$long"
for place in "$tmp/missing" relative "$tmp/a:b" "$tmp/$long"; do
    check "TMPDIR=$(printf '%.20s' "${place#"$tmp"}") is none" \
        0 "^TMPDIR is .*/tmp is taken" env TMPDIR="$place" ./learn check 0
done
rmdir relative
check "HOME, USER and TERM may be missing" 0 'is solved' \
    env -u HOME -u USER -u LOGNAME -u TERM ./learn check 0
check "whatever the umask" 0 'is solved' sh -c 'umask 0; ./learn check 0'
check "learn is found through a link, from elsewhere" 0 '^00 *solved' sh -c '
    ln -s "$PWD" "$0/-link" && cd "$0" && CDPATH=. sh -- -link/learn list' "$tmp"
check "too few open files are told of" 1 'ulimit -Hn allows 100' \
    sh -c 'ulimit -n 100; ./learn check 0'
check "and too little memory for a sanitizer" 1 'ulimit -Hv allows 9000000' \
    sh -c 'ulimit -v 9000000; ./learn check 0'

check "a CC that is none is named" 1 'CC is /nonexistent, which compiles nothing' \
    env CC=/nonexistent ./learn check 0
check "and the doctor goes on" 0 'CC */nonexistent compiles nothing' \
    env CC=/nonexistent ./learn doctor
rm -rf build/dev "$work/00-first-green/build"
check "a build folder of other wishes" 0 'Build files have been written' \
    env 'CFLAGS=-O0 -DNDEBUG' cmake -G 'Unix Makefiles' -S . -B build/dev
check "is made anew, by the compiler that was chosen" 0 'is solved' \
    env 'CC=env gcc' ./learn check 0
for build in build/dev "$work/00-first-green/build"; do
    check "$build is" 0 'COMPILER_ARG1:.* gcc;.*FLAGS:STRING=;.*=Ninja;' sh -c \
        'grep -E "^CMAKE_(C_COMPILER_ARG1|C_FLAGS|GENERATOR):" "$0" |
         tr "\n" ";"' "$build/CMakeCache.txt"
done

# --- places ------------------------------------------------------------------

# learn_in NAME: the door alone, in a folder of that name.
learn_in() {
    mkdir -p "$tmp/places/$1/exercises" "$tmp/places/$1/tests"
    cp -R learn "$tmp/places/$1"
    cp -R exercises/runner "$tmp/places/$1/exercises"
    cp -R tests/support "$tmp/places/$1/tests"
    (cd "$tmp/places/$1" && ./learn "$2")
}

for name in "a'b" 'a"b' 'a`b' 'a&b' 'a;b' 'a*b' 'a?b' 'a[b' 'a]b' 'a\b' 'a#b' \
    'a<b' 'a>b' 'a|b' 'a^b' 'a:b' "a$(printf '\t')b"; do
    check "a folder $name is refused" 1 'Move or rename the folder' \
        learn_in "$name" check
done
check "and one of many bytes" 1 'longer than 500 bytes' \
    learn_in "$long/$long/$long" check

# A checkout where git is told to write CRLF has none.
checked_out() {
    git init -q "$tmp/repository" && cp -R . "$tmp/repository/" &&
        cd "$tmp/repository" && rm -rf build compile_commands.json "$work" && git add -A &&
        git -c user.name=x -c user.email=x@x commit -qm x &&
        git -c core.autocrlf=true clone -q . "$tmp/cloned" &&
        holds diff -r -x .git . "$tmp/cloned"
}
check "autocrlf gives the same bytes" 0 '^it holds' checked_out

exit "$failed"
