# course.sh - the verbs of the exercises. Read by ./learn, after work.sh, play.sh
# and check.sh.
# shellcheck shell=sh disable=SC2154,SC2034 # variables shared with ./learn

# --- what all verbs need -----------------------------------------------------

course_begin() {
    choose_compiler
    for tool in "${CC:-cc}" cmake ninja git; do
        command -v "${tool%% *}" > /dev/null ||
            fail "there is no $tool here; ./learn doctor says how to get it"
    done
}

# Folders that can be written to, and nobody else who builds or checks there.
claim_folder() {
    mkdir -p "$work" 2> /dev/null || fail "cannot write to $work"
    for place in "$work" "$folder" "$folder/build"; do
        [ -w "$place" ] || [ ! -e "$place" ] ||
            fail "cannot write to $place; is it yours? ls -ld says whose it is"
    done
    hold
}

begin_work() {
    claim_folder
    real_build
    make_play_tmp
}

# The suites and the real servers; they are quick to find up to date.
real_build() {
    if [ -n "${LEARN_BIN:-}" ]; then
        : # a test brings its own
    elif [ -x "$bin/learn-runner" ] && is_built_from . "build/$preset"; then
        quietly_built todo-sync todo-async muse learn-runner todo-contract \
            todo-hostile todo-system todo-third
    else
        build
    fi
    suites=$(cd "$bin" && pwd -P)
}

quietly_built() {
    cmake --build "build/$preset" --parallel "$(jobs_here)" --target "$@" \
        > build/learn.log 2>&1 && return
    cat build/learn.log >&2
    fail "the course itself does not build; did you edit outside" \
        "exercises/work? git status says so"
}

# Where suites write and servers live while something runs.
make_play_tmp() {
    [ -z "${play_tmp:-}" ] || return 0 # watch checks again and again
    play_tmp=$(mktemp -d "$TMPDIR/learn-XXXXXX") ||
        fail "cannot write to $TMPDIR"
    explain=$play_tmp
    trap 'rm -rf "$play_tmp"' EXIT
    trap 'exit 141' PIPE # ./learn check | head -1
}

confirm() { # QUESTION
    [ "$ask" = yes ] || return 0
    printf '%s [y/N] ' "$1"
    read -r answer || answer=''
    case $answer in [Yy]*) ;; *) return 1 ;; esac
}

# Where the sources changed under an exercise, it goes on with its old copy.
tell_of_change() {
    [ "$(source_stamp)" = "$(cat "$folder/.source")" ] && return
    say "Note: the course's own source is not what it was when this exercise"
    say "began (git pull, or an edit outside $work). The exercise keeps its copy;"
    say "./learn reset begins again with what is there now."
    say
}

# --- next --------------------------------------------------------------------

next() { # [NN]
    course_begin
    choose_next "$@"
    [ -d "$folder" ] || begin_work
    if [ ! -d "$folder" ]; then # nor did another make it meanwhile
        say "... making $folder, a copy to edit" >&2
        make_folder
        is_open || say "... building it" >&2
        build_folder
    fi
    begun=$(notes "$ex" begun)
    [ "$(current)" = "$ex" ] || note "$ex" begun
    choose_begun "$nn"
    if [ -n "$begun" ] || [ -n "$(notes "$ex" predicted)" ]; then
        show_task
    else
        ask_first
    fi
}

# The one asked for; else the current one until it is solved; else the first
# that is not.
choose_next() {
    if [ -n "${1:-}" ]; then
        choose "$1"
        return
    fi
    ex=$(current)
    if [ -z "$ex" ] || is_solved "$ex"; then
        ex=$(first_open)
        [ -n "$ex" ] || {
            say "All exercises are solved. ./learn list shows them."
            exit 0
        }
    fi
    choose "$ex"
}

first_open() {
    for one in $(exercises); do
        is_solved "$one" || {
            say "$one"
            return
        }
    done
}

# A task names the symptom, and so would answer the question: that comes first.
ask_first() {
    say
    sed 1q "$shelf/$ex/task.md"
    say
    say "What do you expect?"
    say
    show_question
    say "./learn predict   takes your answer, and then shows what happens"
    say "./learn next      shows the task, now or then"
}

show_task() {
    say
    cat "$shelf/$ex/task.md"
    say
    show_where Edit
    say
    say "./learn check     says whether it is right"
    say "./learn hint      when you are stuck; there are three"
}

# --- run ---------------------------------------------------------------------

run_exercise() { # NN [OPTIONS]
    course_begin
    choose_begun "$1"
    shift
    ! is_open || fail "exercise $nn has a server of yours, which $folder/start" \
        "starts: give it a port and an empty folder"
    claim_folder
    real_build
    build_folder
    choose_steady
    exec ${steady:+setarch -R} "$bin/learn-runner" run --bin "$folder/build/bin" \
        --db "$folder/build/todos.db" --urls build/run/urls "$@" 9>&-
}

# --- more --------------------------------------------------------------------

more_title() { sed -n '1s/^# *//p' "$shelf/$ex/more/task.md"; }

more_is_open() { # EXERCISE
    has_more "$1" && [ -z "$(notes "$1" 'more solved')" ]
}

more() { # [NN]
    choose_begun "${1:-}"
    has_more "$ex" || fail "exercise $nn has no step further"
    is_solved "$ex" || fail "exercise $nn comes first; ./learn check says" \
        "whether it is solved"
    in_more "$ex" || note "$ex" 'more begun'
    say
    cat "$shelf/$ex/more/task.md"
    say
    say "Go on in $folder, with what you have there."
    say "./learn check     says whether it is right"
}

# --- check -------------------------------------------------------------------

check() { # [NN]
    course_begin
    choose_begun "${1:-}"
    [ -n "${1:-}" ] || say "... exercise $(called "$ex")" >&2
    more=no
    ! in_more "$ex" || more=yes
    begin_work
    tell_of_change
    tell_of_edits_outside
    build_folder
    show_warnings
    servers=$(cd "$folder/build/bin" && pwd -P)
    status=0
    run_check || status=$?
    [ $status -ne 130 ] || stopped
    show_verdicts
    say
    if [ $status -eq 0 ]; then
        congratulate
    else
        advise_after_failure
    fi
    exit $status
}

tell_of_edits_outside() {
    outside=$(edited_outside)
    [ -n "$outside" ] || return 0
    say "Note: outside the fences there are edits, too, in"
    say "$outside" | awk -v folder="$folder" '
        NR <= 3 { print "    " folder "/" $0 }
        END { if (NR > 3) print "    and " NR - 3 " more" }'
    say "Ours needs none there. ./learn diff shows yours."
    say
}

show_warnings() {
    grep -q 'warning: ' "$folder/build/build.log" || return 0
    say "The compiler warns:"
    show_compiler
    say
}

show_compiler_and_fail() {
    say "$(paint 31 FAIL)  it does not build:"
    show_compiler
    exit 1
}

congratulate() {
    [ -n "$(edited)" ] || say "(Nothing is edited yet, and still it passes.)"
    is_solved "$ex" || note "$ex" solved
    if [ "$more" = yes ]; then
        note "$ex" 'more solved'
        say "All of it passed, the step further, too."
    else
        say "All of it passed: exercise $(called "$ex") is solved."
    fi
    say
    if is_open; then
        say "./learn solution   ours, which waits in a way of its own, too"
    else
        say "./learn solution   the real source beside yours"
    fi
    coming=$(first_open)
    if more_is_open "$ex"; then
        say "./learn more       one step further, if you like: $(more_title)"
    fi
    if [ -n "$coming" ]; then
        say "./learn next       $(called "$coming"), $(fact "$coming" Minutes) min"
    else
        say "That was the last one that was open. ./learn list shows all."
    fi
}

advise_after_failure() {
    if [ -z "$(edited)" ]; then
        say "Nothing is edited yet: so it is meant to fail."
        [ -n "$(notes "$ex" predicted)" ] ||
            say "./learn predict asks what you expect, before you edit."
    fi
    say "Edit, then again: ./learn check. Stuck? ./learn hint"
}

# --- hint, solution, diff, reset ---------------------------------------------

hint() { # [NN]
    choose_begun "${1:-}"
    [ -n "${1:-}" ] || say "... exercise $(called "$ex")" >&2
    number=$(notes "$ex" hint | wc -l)
    number=$((number + 1))
    if [ $number -gt 3 ]; then
        number=3
    else
        note "$ex" "hint $number"
    fi
    sed -n "/^## $number\$/,/^## /p" "$shelf/$ex/hints.md" | grep -v '^## '
    case $number in
    3) say "That is the last hint. ./learn solution --show shows the source." ;;
    2) say "One more hint is left." ;;
    *) say "Two more hints are left." ;;
    esac
}

solution() { # [--show] [NN]
    course_begin
    show=no
    case ${1:-} in --show) show=yes && shift ;; esac
    choose_begun "${1:-}"
    if ! is_solved "$ex"; then
        [ $show = yes ] || fail "exercise $nn is not solved yet; ./learn hint" \
            "helps. ./learn solution --show shows it all the same, and notes that"
        note "$ex" 'solution shown before it was solved'
    fi
    if is_open; then
        show_ours
        return
    fi
    make_play_tmp
    for file in $(patched); do
        mkdir -p "$play_tmp/real/$(dirname "$file")"
        cp "$folder/.starter/$file" "$play_tmp/real/$file"
    done
    apply "$play_tmp/real" "$starter" -R 2> /dev/null ||
        fail "the exercise has changed since you began it; ./learn reset"
    say "Below, - is what you found and + is the real source."
    for file in $(fenced -l) $(fenced -L); do show_real "$file"; done
    say
    if has_more "$ex" &&
        { [ $show = yes ] || [ -n "$(notes "$ex" 'more solved')" ]; }; then
        say "One step further, $(more_title), as a change of the real source:"
        say
        sed '1,/^$/d' "$shelf/$ex/more/solution.patch"
        say
    fi
    show_mistakes
}

show_mistakes() {
    say "What looks right, and is not:"
    for patch in "$shelf/$ex"/chaff-*.patch; do
        sed -n 's/^Mistake: //p' "$patch" | fold -s -w 74 |
            sed '1s/^/  - /; 2,$s/^/    /'
    done
}

# Of the files that the exercise changed, those with a fence (-l), or without
# (-L).
fenced() {
    files=$(patched)
    # shellcheck disable=SC2086 # names of files are words
    (cd "$folder/.starter" && grep "$1" "EXERCISE $nn begin" $files)
}

show_real() { # FILE
    say
    if grep -q "EXERCISE $nn begin" "$folder/.starter/$1"; then
        say "Yours, $folder/$1:"
        sed -n "/EXERCISE $nn begin/,/EXERCISE $nn end/p" "$folder/$1"
        say
    fi
    say "The real source, $1:"
    diff -u "$folder/.starter/$1" "$play_tmp/real/$1" | sed 1,2d
}

course_diff() { # [NN]
    choose_begun "${1:-}"
    [ -n "$(edited)" ] || say "Nothing is edited: all is as ./learn next made it."
    edited | while read -r file; do
        (cd "$folder" && diff -uN ".starter/$file" "$file" |
            sed "1s|.*|--- as you found it: $file|; 2s|.*|+++ $folder/$file|")
    done
}

reset() { # [--yes] [NN]
    course_begin
    case ${1:-} in --yes) ask=no && shift ;; esac
    choose "${1:-}"
    [ -d "$folder" ] ||
        fail "exercise $nn is not begun; ./learn next $nn begins it"
    claim_folder
    if [ ! -d "$folder/.starter" ] || [ -n "$(edited)" ]; then
        confirm "Put the starter back? Your files are kept beside it." ||
            fail "nothing was changed"
        keep_old || fail "cannot write to $work; nothing was changed"
        say "Your files are kept in $old"
    fi
    renew_folder
    note "$ex" reset
    say "$folder is as it was when you began."
    say "./learn check builds it again."
}

# --- list, watch -------------------------------------------------------------

list() {
    now=$(current)
    printf '%-2s %-7s %3s  %-24s %s\n' Ex State Min Title Chapter
    for one in $(exercises); do
        if is_solved "$one"; then
            state=solved
            ! more_is_open "$one" || state=solved+
        elif [ "$one" = "$now" ]; then
            state=current
        else
            state=open
        fi
        printf '%-2s %-7s %3s  %-24s %s\n' "$(number_of "$one")" $state \
            "$(fact "$one" Minutes)" "$(title_of "$one")" "$(fact "$one" Chapter)"
    done
    say
    say "./learn next goes on; ./learn next NN begins one out of turn. After solved+"
    say "./learn more NN goes one step further."
}

# Once a second, because no event tells of an edit on every file system.
watch() { # [NN]
    course_begin
    choose_begun "${1:-}"
    make_play_tmp
    stamp=$play_tmp/stamp
    while :; do
        touch "$stamp"
        trap : INT TERM HUP # the check says it, and once is enough
        (trap stopped INT TERM HUP && check "$nn") || [ $? -ne 130 ] || exit 130
        trap stopped INT TERM HUP
        say
        say "Watching $folder. By hand: ./learn check. Ctrl-C leaves."
        while [ -z "$(saved_since "$stamp")" ]; do sleep 1; done
    done
}
