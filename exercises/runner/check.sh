# check.sh - runs what an exercise's `check` lists and says what came of it.
# Read by ./learn and by exercises/runner/verify, after work.sh and play.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2030,SC2031 # set by whoever reads this; or for ask

. exercises/runner/bad.sh
. exercises/runner/levels.sh

# shellcheck disable=SC2034 # play.sh asks
alone=yes # what is said of a unit case is said of no other
check_seconds=40 # a case that takes longer is HUNG; the slowest takes two
: "${at_once:=4}" # cases: most of a case is waiting

# --- running -----------------------------------------------------------------

# What is to hold: the exercise's own lines, those of the step further when it is
# being taken, or, with more=only, those alone.
plan_lines() {
    [ "${more:-no}" = only ] || cat "$shelf/$ex/check"
    [ "${more:-no}" = no ] || cat "$shelf/$ex/more/check"
}

# Of the lines of a plan those that end with one of these cases; without any, all.
of_cases() { # [CASE...]
    if [ $# -eq 0 ]; then cat; else
        awk -v cases=" $* " 'index(cases, " " $NF " ")'
    fi
}

# The check as one line for each server and case: SIDE SUITE CASE.
check_plan() {
    plan_lines | while read -r side suite case; do
        case $side,$suite in
        '#'* | , | sanitize,* | repeat,*) ;;
        both,unit) say "common unit $case" ;; # asks no server
        both,*)
            say "sync $suite $case"
            say "async $suite $case"
            ;;
        *) say "$side $suite $case" ;;
        esac
    done
}

# The plan in rounds: the cases of a round are asked beside each other. What
# builds something of its own is alone. For each line of the plan: ROUND NUMBER
# SIDE SUITE CASE, where NUMBER is the place in the plan.
rounds() {
    awk '
        { alone = / (own|catches) / }
        NR == 1 || alone || was { round++ }
        { print round, NR, $0; was = alone }' "$play_tmp/plan"
}

# Runs one line of the plan and says passed, failed, hangs or unclear. What it
# prints is in $play_tmp/SIDE.log.
check_one() { # SIDE SUITE CASE
    case $2 in
    own) play_own "$3" "$1" ;;
    catches) play_bad "$3" "$1" ;;
    *) play "$2" "$3" "$1" "$check_seconds" ;;
    esac
}

# One round, in $at_once lanes: a case that takes long holds up its own lane. What
# comes of each line is in the folder $play_tmp/NUMBER: verdict, SIDE.log and
# what a sanitizer reports. Fails at Ctrl-C, when all that ran is gone.
ask() ( # ROUND
    trap 'status=130 && : > "$play_tmp/enough"' INT TERM HUP
    status=0 pids='' lane=0
    while [ $lane -lt "$at_once" ]; do
        ask_lane "$1" $lane &
        pids="$pids $!"
        lane=$((lane + 1))
    done
    for pid in $pids; do # a signal ends the first wait, and not what runs
        wait "$pid" || { status=130 && wait "$pid" 2> /dev/null; }
    done
    return $status
)

# Of a round the cases of one lane, until a case hangs in any.
ask_lane() ( # ROUND LANE
    trap : INT TERM HUP # as play does
    all=$play_tmp
    while read -r round number side suite case; do
        [ "$round,$((number % at_once))" = "$1,$2" ] || continue
        [ ! -f "$all/enough" ] || break
        now_awaited
        play_tmp=$all/$number
        mkdir "$play_tmp"
        # shellcheck disable=SC2034 # play.sh asks
        [ -z "${explain:-}" ] || explain=$play_tmp
        sanitizer_options
        check_one "$side" "$suite" "$case" > "$play_tmp/verdict" || return
        read_verdict "$play_tmp"
        [ "$verdict" != hangs ] || : > "$all/enough"
        play_tmp=$all
    done < "$play_tmp/rounds"
    now_awaited
)

# Some suites keep a server's log to themselves; so reports go to files.
sanitizer_options() {
    report="log_path='$play_tmp/report'"
    # What is freed is also overwritten: libuv and civetweb, which are not built
    # here, touch it unnoticed.
    more_options=detect_stack_use_after_return=1:max_free_fill_size=4096
    # shellcheck disable=SC2031 # for itself alone, as bad.sh does
    export ASAN_OPTIONS="$report:$more_options"
    export UBSAN_OPTIONS="$report:print_stacktrace=1"
    export TSAN_OPTIONS="$report:second_deadlock_stack=1"
}

# ThreadSanitizer wants addresses that are not randomised.
choose_steady() {
    steady=''
    if [ "$(sanitizers)" = thread ] && setarch -R true 2> /dev/null; then
        # shellcheck disable=SC2034 # play.sh asks
        steady=yes
    fi
}

# Runs the plan against $servers, or what it has of these cases. Writes a line
# for each, VERDICT SIDE SUITE CASE, to $play_tmp/verdicts, and keeps what the
# first that does not pass printed as first.log, what a sanitizer reported of it
# as first.report; after others, what one that hangs printed as hung.log. The
# verdicts end with one that hangs, and no more are asked.
run_check() { # [CASE...]
    if is_open; then
        run_levels
        return
    fi
    : > "$play_tmp/verdicts"
    rm -rf "$play_tmp"/first.* "$play_tmp"/hung.* "$play_tmp"/[0-9]* \
        "$play_tmp/enough"
    choose_steady
    sanitizer_options
    check_plan | of_cases "$@" > "$play_tmp/plan"
    rounds > "$play_tmp/rounds"
    last=0
    while read -r round number side suite case; do
        if [ "$round" != "$last" ]; then
            last=$round
            ask "$round" || return 130
        fi
        note_verdict
        [ "$verdict" != hangs ] || break
    done < "$play_tmp/rounds"
    now_running
    [ ! -f "$play_tmp/first.log" ]
}

# What came of $case, asked of $side, the plan's $number. None came when another
# hung before it was its turn.
note_verdict() {
    read_verdict "$play_tmp/$number"
    [ -n "$verdict" ] || return 0
    if [ "$verdict" = passed ] && has_reports "$play_tmp/$number"; then
        verdict=unclear
    fi
    say "$verdict $side $suite $case" >> "$play_tmp/verdicts"
    if [ "$verdict" != passed ] && [ ! -f "$play_tmp/first.log" ]; then
        keep first
    elif [ "$verdict" = hangs ]; then
        keep hung
    fi
}

# Sets verdict: nothing while there is none.
read_verdict() { # FOLDER
    verdict=''
    [ ! -f "$1/verdict" ] || read -r verdict < "$1/verdict" || return 0
    [ "$verdict" != unclear ] || ! hung "$1/$side.log" || verdict=hangs
}

keep() { # AS
    cp "$play_tmp/$number/$side.log" "$play_tmp/$1.log"
    reports "$play_tmp/$number" > "$play_tmp/$1.report"
}

# On a terminal a line says what is awaited, first of all.
now_awaited() (
    [ -t 2 ] || return 0
    while read -r round number side suite case; do
        [ -s "$all/$number/verdict" ] || break
    done < "$all/rounds"
    now_running "$side" "$case"
)

# That line goes as it came: by blanks.
now_running() { # [SIDE CASE]
    [ -t 2 ] || return 0
    printf '\r%-79s\r' "$(say "${1:+... up to $check_seconds s: $(asked "$1")  $(
        sentence "$2")}" | fold -s -w 76 | sed '1!d; $!s/ *$/ .../')" >&2
}

hung() { grep -q '^learn: not done after ' "$1"; }
reports() { cat /dev/null "$1"/report.* 2> /dev/null || :; } # FOLDER

has_reports() { # FOLDER
    for report in "$1"/report.*; do [ ! -s "$report" ] || return 0; done
    return 1
}

# --- saying ------------------------------------------------------------------

paint() { # COLOUR WORD
    if [ "${colour:-no}" = yes ]; then
        printf '\033[%sm%s\033[0m' "$1" "$2"
    else
        printf '%s' "$2"
    fi
}

word() { # VERDICT
    case $1 in
    passed) paint 32 PASS ;;
    hangs) paint 33 HUNG ;;
    *) paint 31 FAIL ;;
    esac
}

# "todo-sync", or what is not about a server.
asked() {
    case $1 in
    sync | async) say "todo-$1" ;;
    [0-9]) say "level $1" ;;
    *) say "$1" ;;
    esac
}

sentence() ( # WORDS_OF_A_NAME
    IFS=_
    # shellcheck disable=SC2086 # words
    set -- $1
    IFS=' '
    say "$*"
)

line_of() { # VERDICT SIDE SUITE CASE
    case $3 in
    catches) set -- "$1" broken "$3" "$2 is noticed by your case" ;;
    esac
    say "$(printf '%s  %-10s  %s' \
        "$(word "$1")" "$(asked "$2")" "$(sentence "$4")")"
}

# What the case itself said: without cmocka's frame, and without the log of what
# went well. When what comes after the case fails too, cmocka says both in one
# line.
case_says() { # LOG
    awk '{
        sub(/^Could not run test: /, "")
        gsub(/Failure!Test teardown failed/, "Failure!")
        gsub(/Failure!\[/, "Failure!\n[")
        print
    }' "$1" | our_places | awk -v root="$PWD/" '
        /^learn: not done after / { exit }
        /^\[ +(RUN|OK|PASSED|FAILED) / || /^\[=+\]/ { next }
        /^\[ +ERROR +\] [^-]/ || /FAILED TEST\(S\)/ || /^[0-9]+ passed, [0-9]+ failed$/ { next }
        /^[-0-9T:.]+Z (INFO|DEBUG) / || /: listening on http/ { next }
        /^learn: .*todo-contract ended with status/ { next }
        { sub(/^\[ +ERROR +\] --- /, ""); sub(/^ERROR: $/, "") }
        sub(/^\[ +LINE +\] --- /, "at ") {
            if (/contract\/expect/) next # says no more than the answer above
            sub(/: error: Failure!$/, "")
            at = index($0, "at " root)
            if (at)
                $0 = substr($0, 1, at + 2) substr($0, at + 3 + length(root))
        }
        !NF { blank = 1; next }
        blank && said { print "" }
        { print; blank = 0; said = 1 }
    ' | shown
}

# Of the stacks of a sanitizer the places in our code, and these by the names
# that they have for a learner. UBSan reports among what the server logs.
our_places() {
    awk -v ours="$(cd "$folder" && pwd -P)/" -v here="$folder/" '
        at = index($0, ours) {
            $0 = substr($0, 1, at - 1) here substr($0, at + length(ours))
        }
        !/^ +#[0-9]+ / { print; next }
        at && /:[0-9]+( \(.*)?$/ {
            sub(/ \(.*/, "")
            print "  in " ($3 == "in" ? $4 : $2) " " substr($0, index($0, here))
        }'
}

# Of a sanitizer's report the lines that name a fault, and the places in our
# code.
report_says() { # REPORT
    our_places < "$1" | awk '
        /^SUMMARY: / { next }
        /ERROR: / && seen++ { exit } # the first fault is enough
        /Sanitizer: / || /runtime error: / || /leak of / ||
        /^ *(READ|WRITE|Read|Write|Previous) / || /freed by / ||
        /allocated (by|at)/ || /located (in|at)/ {
            sub(/^==[0-9]+== ?/, "")
            sub(/ on address 0x.*/, "")
            sub(/ at 0x[0-9a-f]+/, "")
            print
        }
        /^  in [^ ]+ / # what our_places has made of a place
    ' | shown
}

# Of a report of a cycle (lock-order-inversion): each thread in it, with the lock
# that it has and the one that it takes, and where.
cycle_says() { # REPORT
    awk -v ours="$(cd "$folder" && pwd -P)/" -v here="$folder/" '
        # M12 is the 13th lock of the process; here they are A, B and so on.
        function lock(name) {
            if (!(name in letters))
                letters[name] = sprintf("%c", 65 + locks++)
            return "lock " letters[name]
        }
        FNR == NR {
            if (/^ +Thread T[0-9]+ \047/)
                names[$2] = substr($3, 2, length($3) - 2)
            next
        }
        /WARNING: / { sub(/ \(pid=.*/, ""); print }
        /acquired here while holding/ {
            thread = / in main thread:$/ ? "main" : $NF
            sub(/:$/, "", thread)
            if (thread in names)
                thread = names[thread]
            holds = lock($8)
            takes = lock($2)
            frames = deep = taken = ""
        }
        /previously acquired by the same thread/ {
            taken = frames
            frames = deep = ""
        }
        /^ +#[0-9]+ / && (at = index($0, ours)) && deep++ < 3 {
            place = substr($0, at + length(ours))
            sub(/ \(.*/, "", place)
            frames = frames "  " $2 " " here place "\n"
        }
        /^ *$/ && taken != "" {
            print "thread " thread " holds " holds ", which it took in"
            printf "%sand takes %s in\n%s", frames, takes, taken
            taken = ""
        }
        /^SUMMARY: / { exit }
    ' "$1" "$1" | shown
}

# As fold -s does, but for a place in a file, which stays whole.
shown() {
    awk '{
        while (length($0) > 76) {
            for (cut = 76; cut > 0 && substr($0, cut, 1) != " ";) cut--
            if (!cut)
                cut = match($0, /^[^ ":]+:[0-9]+[:0-9]*/) && RLENGTH > 76 ? RLENGTH : 76
            print substr($0, 1, cut)
            $0 = substr($0, cut + 1)
        }
        print
    }' | sed -n 's/^\(.\)/    \1/; 1,40p'
}

# What `learn-runner explain` said, before the suite was ended.
explanation() { sed '1,/^learn: not done after /d' "$1" | shown; }

show_where() { # Look or Edit
    if is_open; then
        [ "$1" != Look ] || set -- 'Look at'
        say "$1 $folder/start, and what you put beside it."
        return
    fi
    where=$(fences | sed 's/^/    /')
    if [ -n "$where" ]; then
        say "$1 below \"EXERCISE $nn begin\", in"
        say "$where"
    else
        say "The comments EXERCISE $nn begin and end, which fence what is to be"
        say "edited, are gone; ./learn reset brings them back."
    fi
}

show_failure() { # KEPT-AS VERDICT SIDE SUITE CASE
    kept=$play_tmp/$1
    shift
    line_of "$@"
    case_says "$kept.log"
    if [ -s "$kept.report" ]; then
        case $3 in
        unit) say "A sanitizer saw in the test:" ;;
        *) say "A sanitizer saw in the server:" ;;
        esac
        if grep -q lock-order-inversion "$kept.report"; then
            cycle_says "$kept.report"
        else
            report_says "$kept.report"
        fi
    elif [ "$1" = unclear ]; then
        if grep -q "OK .* $4\$" "$kept.log"; then
            say "The answers were right, but the server did not end well."
        else
            say "It did not come so far as to ask."
        fi
    fi
    if [ "$3" = levels ]; then
        show_level "$1" "$2"
    elif [ "$1" = hangs ]; then
        say "It was not done after $check_seconds s, and was ended."
        explanation "$kept.log"
    fi
    say
}

# The first that failed and one that hangs with all they say, then every line
# of the check.
# shellcheck disable=SC2046 # words
show_verdicts() {
    if [ -f "$play_tmp/first.log" ]; then
        show_failure first $(grep -v '^passed ' "$play_tmp/verdicts" | sed 1q)
        [ ! -f "$play_tmp/hung.log" ] ||
            show_failure hung $(grep '^hangs ' "$play_tmp/verdicts")
        show_where Look
        say
    fi
    while read -r verdict side suite case; do
        line_of "$verdict" "$side" "$suite" "$case"
    done < "$play_tmp/verdicts"
    left=$(($(wc -l < "$play_tmp/plan") - $(wc -l < "$play_tmp/verdicts")))
    [ $left -eq 0 ] || say "Not run: $left more"
}

# What the compiler said, without what Ninja adds (each step, and of one that
# failed how it was called), and not without end.
show_compiler() {
    log=$folder/build/build.log
    awk '/^FAILED: / { getline; next } /^(\[|ninja: (build|Entering) )/ { next }
        { print }' \
        "$log" | sed "s|$(cd "$folder" && pwd -P)/|$folder/|g" > "$log.short"
    sed 30q "$log.short"
    [ "$(wc -l < "$log.short")" -le 30 ] || say "and more, in $log"
}
