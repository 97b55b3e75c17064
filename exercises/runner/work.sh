# work.sh - the exercises, your progress in them, and the folder in which you
# edit. Read by ./learn, which has say, fail and jobs_here, and these variables:
#
#   shelf   the folder of the exercises
#   work    where your folders and your progress are
# shellcheck shell=sh disable=SC2154 # set by ./learn

progress=$work/progress

# --- an exercise -------------------------------------------------------------

exercises() {
    for place in "$shelf"/[0-9][0-9]-*/; do
        place=${place%/}
        [ ! -d "$place" ] || say "${place##*/}"
    done
}
number_of() { say "${1%%-*}"; }
title_of() { sed -n '1s/^# *[0-9]* *//p' "$shelf/$1/task.md"; }
fact() { sed -n "s/^$2: *//p" "$shelf/$1/task.md"; } # EXERCISE NAME

# "00 First green", or what there is of it.
called() { say "$(number_of "$1") $(title_of "$1")"; }

# The exercise with that number; $1 may also be its name.
find_exercise() {
    case $1 in
    [0-9]) wanted=0$1 ;;
    *) wanted=${1%/} ;;
    esac
    for found in $(exercises); do
        case $found in "$wanted" | "$wanted"-*) return ;; esac
    done
    fail "there is no exercise $1; ./learn list shows all"
}

# --- progress ----------------------------------------------------------------

note() { # EXERCISE WHAT
    { mkdir -p "$work" && touch "$progress" && [ -w "$progress" ]; } \
        2> /dev/null || fail "cannot write to $progress"
    [ -s "$progress" ] ||
        say "# What you did in this course, line by line." > "$progress"
    say "$(date +%Y-%m-%d) $1 $2" >> "$progress"
}

# What was noted about an exercise and begins with these words, in order.
notes() { # EXERCISE WORDS
    sed -n "s/^[0-9-]* $1 \\($2.*\\)/\\1/p" "$progress" 2> /dev/null
}

is_solved() { [ -n "$(notes "$1" solved)" ]; }

# An exercise may have a step further, for those who have solved it.
has_more() { [ -f "$shelf/$1/more/task.md" ]; }

# Yes while that step is being taken: a reset begins before it.
in_more() {
    notes "$1" '' | grep -x -e 'more begun' -e 'more solved' -e reset |
        sed -n '$p' | grep -qx 'more begun'
}

# The exercise begun last, unless it is gone.
current() {
    last=$(sed -n 's/^[0-9-]* \([^ ]*\) begun$/\1/p' "$progress" \
        2> /dev/null | sed -n '$p')
    [ -z "$last" ] || [ ! -d "$shelf/$last" ] || say "$last"
}

# Sets ex, nn, folder and starter (the patch that the folder was made with): of
# the number given, or of the current one.
choose() {
    if [ -n "${1:-}" ]; then
        find_exercise "$1"
        ex=$found
    else
        ex=$(current)
    fi
    [ -n "$ex" ] ||
        fail "no exercise is begun yet; ./learn next begins the first"
    nn=$(number_of "$ex") folder=$work/$ex starter=$shelf/$ex/starter.patch
    [ ! -f "$folder/.starter.patch" ] || starter=$folder/.starter.patch
}

# As choose, and the folder is there and complete.
choose_begun() {
    choose "$@"
    [ -d "$folder" ] ||
        fail "exercise $nn is not begun; ./learn next $nn begins it"
    lost=$(lost_files | sed 1q)
    [ -z "$lost" ] || fail "$folder is not whole, $lost is missing;" \
        "./learn reset $nn makes it anew"
}

# What the folder had when it was made, and has no longer.
lost_files() {
    {
        printf './%s\n' .source
        is_open || say ./.starter/CMakeLists.txt
        (cd "$folder/.starter" && find . -type f | LC_ALL=C sort) 2> /dev/null
    } | while read -r file; do
        [ -f "$folder/$file" ] || say "${file#./}"
    done
}

# --- its folder --------------------------------------------------------------

# Most exercises break the servers by a patch. One is open: its folder begins as
# a copy of begin/, and everything in it is yours.
is_open() { [ -d "$shelf/$ex/begin" ]; }

patched() { is_open || sed -n 's|^+++ b/||p' "$starter"; }

# Without the ceiling git would look for a repository around the folder.
apply() { # FOLDER PATCH [OPTION]
    into=$1 patch=$2
    shift 2
    GIT_CEILING_DIRECTORIES=$(cd "$into/.." && pwd -P) \
        git -C "$into" apply "$@" - < "$patch"
}

# A number that changes when the sources or the exercise do.
source_stamp() {
    if is_open; then
        cksum < "$shelf/$ex/begin/start"
        return
    fi
    { find common sync_impl async_impl -type f | LC_ALL=C sort
      patched
    } | tr '\n' '\0' | xargs -0 cat "$shelf/$ex/starter.patch" | cksum
}

copy_sources() { # TO
    mkdir -p "$1" &&
        tar -cf - --exclude=node_modules CMakeLists.txt cmake common sync_impl \
            async_impl exercises/runner tests | tar -xf - -C "$1"
}

# Makes $folder.new, which becomes $folder when it is complete.
make_new() {
    new=$folder.new starter=$shelf/$ex/starter.patch
    rm -rf "$new"
    if is_open; then
        cp -R "$shelf/$ex/begin" "$new"
    else
        copy_sources "$new"
    fi || fail "cannot write to $new"
    is_open || apply "$new" "$starter" || {
        rm -rf "$new"
        fail "the patch of exercise $nn does not fit common/, sync_impl/ and" \
            "async_impl/ here; if you edited there: git stash"
    }
    mkdir "$new/.starter"
    (cd "$new" && tar -cf - --exclude=.starter . | tar -xf - -C .starter) ||
        fail "cannot write to $new"
    is_open || cp "$starter" "$new/.starter.patch"
    source_stamp > "$new/.source"
}

make_folder() {
    make_new
    mv "$new" "$folder"
}

# Files of folder $2 that differ from those of $1, or are new, or gone; but not
# what is built, nor what editors leave.
differing() {
    LC_ALL=C diff -rqN -x build -x '.*' -x '*~' -x '#*#' -x '*.sw?' \
        -x '*.orig' -x '*.rej' "$1" "$2" |
        sed -n "s|^Files .* and $2/\(.*\) differ\$|\1|p"
}

saved_since() { # FILE
    find "$folder" \( -name build -o -name '.*' -o -name '*~' -o -name '#*#' \
        -o -name '*.sw?' -o -name '*.orig' -o -name '*.rej' \) -prune \
        -o -type f -newer "$1" -print | sed 1q
}

edited() { differing "$folder/.starter" "$folder"; }

# Of those, the files that differ outside the fences, too; not what a solution
# may well need there: an #include, and a file that the task allows.
edited_outside() {
    is_open || edited | while read -r file; do
        case ", $(fact "$ex" Also)," in *", $file,"*) continue ;; esac
        [ "$(unfenced "$folder/.starter/$file")" = \
            "$(unfenced "$folder/$file")" ] || say "$file"
    done
}

unfenced() {
    sed -e "/EXERCISE $nn begin/,/EXERCISE $nn end/d" -e '/^#include /d' \
        -e '/^$/d' "$1" 2> /dev/null
}

# The places to edit: FILE:LINE.
fences() {
    for file in $(patched); do
        grep -n "EXERCISE $nn begin" "$folder/$file" /dev/null | cut -d: -f1,2
    done
}

# Keeps the folder's files, without what was built, under the next free name.
keep_old() {
    count=1
    while [ -e "$folder.old-$count" ]; do count=$((count + 1)); done
    old=$folder.old-$count
    mkdir "$old" && (cd "$folder" && tar -cf - --exclude=./build \
        --exclude=./.starter --exclude=./.starter.patch --exclude=./.source .) |
        tar -xf - -C "$old"
}

# Puts a new folder in the place of the old one and keeps what is built of it:
# what differs gets the time of today, so that it is built again.
renew_folder() {
    make_new
    for file in $(differing "$folder" "$new"); do
        [ ! -f "$new/$file" ] || touch "$new/$file"
    done
    rm -rf "$folder/build/starter" # it may be another starter's
    [ ! -d "$folder/build" ] || mv "$folder/build" "$new/build"
    rm -rf "$folder"
    mv "$new" "$folder"
}

# --- building it -------------------------------------------------------------

# True when the build folder $2 was made for the source folder $1, neither was
# moved since, and it was made as we make them: it would keep to what it began
# with, be it another compiler, flags or generator.
is_built_from() {
    [ -f "$2/build.ninja" ] &&
        [ "$(cached "$2" CMAKE_HOME_DIRECTORY)" = "$(cd "$1" && pwd -P)" ] &&
        [ "$(cached "$2" CMAKE_GENERATOR)" = Ninja ] &&
        [ -z "$(cached "$2" CMAKE_C_FLAGS)" ] &&
        [ "$(cached "$2" CMAKE_C_COMPILER)$(
            cached "$2" CMAKE_C_COMPILER_ARG1)" = "${CC:-}" ]
}

cached() { # BUILD NAME
    sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt" 2> /dev/null
}

# Configures $1 into $2 with the sanitizers $3, unless that is done already.
configure() {
    ! is_built_from "$1" "$2" || return 0
    rm -rf "$2" # the folder was moved, or somebody pressed Ctrl-C
    mkdir -p "$2"
    cmake -G Ninja -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Debug -DTODO_SANITIZE="$3" \
        > "$2/configure.log" 2>&1
}

# What an exercise's check runs, as targets; or what these cases of it need.
targets() { # [CASE...]
    [ $# -gt 0 ] || say todo-sync todo-async muse
    plan_lines | of_cases "$@" | while read -r side suite case; do
        case $side,$suite in
        '#'* | , | sanitize,* | repeat,*) ;;
        *,unit) unit_program "$case" ;;
        *,own | *,catches) say todo-contract todo-sync todo-async muse ;;
        *) say todo-sync todo-async muse ;;
        esac
    done
}

sanitizers() {
    asked=$(sed -n 's/^sanitize //p' "$shelf/$ex/check")
    say "${asked:-address,undefined}"
}

# Builds the folder, which is whole; ends with what the compiler said.
build_folder() {
    build_tree "$folder" "$folder/build" || show_compiler_and_fail
    keep_built
}

# Builds it, or what these cases need of it. False when it cannot; what was said
# is in BUILD/build.log.
build_tree() { # SOURCE BUILD [CASE...]
    from=$1 tree_of=$2
    shift 2
    if is_open; then # `start` builds what is to be built
        mkdir -p "$tree_of/bin" && : > "$tree_of/build.log"
        return
    fi
    if ! configure "$from" "$tree_of" "$(sanitizers)"; then
        cp "$tree_of/configure.log" "$tree_of/build.log"
        return 1
    fi
    # shellcheck disable=SC2046 # targets are words
    cmake --build "$tree_of" --parallel "$(jobs_here)" --target $(targets "$@") \
        > "$tree_of/build.log" 2>&1 &&
        build_bad "$from" "$tree_of/bad" "$tree_of/build.log"
}

# What is built of the folder before any edit stays, for ./learn predict. A linker
# writes a new file, so links of the old ones do.
keep_built() {
    if is_open || [ -d "$folder/build/starter" ] || [ -n "$(edited)" ]; then
        return
    fi
    mkdir "$folder/build/starter" || return
    for one in bin bad; do
        [ ! -d "$folder/build/$one" ] || {
            cp -Rl "$folder/build/$one" "$folder/build/starter" 2> /dev/null ||
                cp -R "$folder/build/$one" "$folder/build/starter"
        }
    done
}
