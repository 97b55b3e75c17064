# levels.sh - the exercise in which the server is yours. Its `check` has a line
# for each level of the contract that must hold:
#
#   level N NAME: what to do next while it does not
#
# Your server is whatever `start` in the folder starts, with a port and an empty
# folder. The suite asks it level by level, up to the first case that fails.
# Read by check.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # variables shared with check.sh

# For all that is asked (a case that hangs ends by itself), and until the server
# listens, where it is not learn-runner's own time.
levels_seconds=${LEARN_LEVELS_SECONDS:-900}
listen_seconds=${LEARN_LISTEN_SECONDS:-}

# The lines of the check as LEVEL NAME, with _ for blanks; and the advice of one.
levels() { sed -n 's/^level \([0-9]*\) \([^:]*\):.*/\1 \2/p' "$shelf/$ex/check" |
    tr ' ' _ | sed 's/_/ /'; }
advice() { sed -n "s/^level $1 [^:]*: *//p" "$shelf/$ex/check"; } # LEVEL

# Asks the server; what the suite says is in $play_tmp/levels.log, what the server
# says in server.log. With a case, that alone. Gives the status.
ask_yours() ( # LAST_LEVEL [CASE]
    trap : INT TERM HUP # as play does
    last=$1 status=0
    shift
    start=$(cd "$folder" && pwd -P)/start
    rm -rf "$play_tmp/yours" && mkdir "$play_tmp/yours" || return
    sanitizer_options
    TMPDIR=$play_tmp "$suites/learn-runner" within "$levels_seconds" -- \
        "$suites/learn-runner" yours --log "$play_tmp/server.log" \
        ${listen_seconds:+--seconds "$listen_seconds"} \
        "$start" "$play_tmp/yours" -- "$suites/todo-contract" --stop \
        --level "$last" ${1:+--case "$1"} '{url}' \
        > "$play_tmp/levels.log" 2>&1 < /dev/null 9>&- || status=$?
    return $status
)

# Writes a line for each level, VERDICT LEVEL levels NAME, to $play_tmp/verdicts,
# up to the first that does not hold. What was said of that is in first.log.
run_levels() {
    rm -f "$play_tmp"/first.* "$play_tmp"/report.* "$play_tmp/verdicts"
    levels > "$play_tmp/plan"
    last=$(sed -n '$s/ .*//p' "$play_tmp/plan")
    status=0
    ask_yours "$last" || status=$?
    [ $status -ne 130 ] || return 130
    "$suites/todo-contract" --list > "$play_tmp/cases"
    grep -aE '^\[ +OK +\] ' "$play_tmp/levels.log" | sed 's/.* //' \
        > "$play_tmp/passed"
    while read -r level name; do
        if level_stands "$level"; then
            say "passed $level levels $name" >> "$play_tmp/verdicts"
        else
            say "$(level_verdict $status) $level levels $name" \
                >> "$play_tmp/verdicts"
            keep_level $status
            return 1
        fi
    done < "$play_tmp/plan"
    has_reports "$play_tmp" || return 0
    say "unclear $last levels sanitizers" >> "$play_tmp/verdicts"
    reports "$play_tmp" > "$play_tmp/first.report"
    : > "$play_tmp/first.log"
    return 1
}

level_stands() { # LEVEL
    sed -n "s/^$1 //p" "$play_tmp/cases" | grep -vxF -f "$play_tmp/passed" \
        > "$play_tmp/open" || return 0
    return 1
}

level_verdict() { # STATUS
    if [ "$1" -eq 124 ]; then say hangs; else say failed; fi
}

# What the suite said of the case that failed; where it did not come so far, or
# the server ended, what the server itself said at last.
keep_level() { # STATUS
    failing=$(sed -n 's/^\[ RUN *\] //p' "$play_tmp/levels.log" | sed -n '$p')
    awk '/^\[ RUN / { text = "" } { text = text $0 "\n" } END { printf "%s", text }' \
        "$play_tmp/levels.log" | grep -avE \
        -e '^(no level|level [0-9]+ of) |^ ?[0-9]+ (passed|FAILED)' \
        > "$play_tmp/first.log"
    : > "$play_tmp/first.report"
    if [ "$1" -eq 3 ] && [ -s "$play_tmp/server.log" ]; then
        say "Its last lines:" >> "$play_tmp/first.log"
        tail -n 5 "$play_tmp/server.log" >> "$play_tmp/first.log"
    elif has_reports "$play_tmp"; then
        reports "$play_tmp" > "$play_tmp/first.report"
    fi
    [ -z "$failing" ] || say "$failing" > "$play_tmp/failing"
    [ -n "$failing" ] || rm -f "$play_tmp/failing"
}

# Behind what was said of the first case that failed.
show_level() { # VERDICT LEVEL
    if [ "$1" = hangs ]; then
        say "All of it was not done after $levels_seconds s, and was ended."
    fi
    if [ -f "$play_tmp/failing" ]; then
        say "The case is $(cat "$play_tmp/failing"), and the check ends there. Of" \
            "level $2, $(level_count "$2") cases stand so far." | fold -s -w 78 |
            sed 's/ *$//'
    fi
    say "What to do next, level $2: $(advice "$2")" | fold -s -w 78 |
        sed 's/ *$//'
}

level_count() { # LEVEL
    all=$(grep -c "^$1 " "$play_tmp/cases")
    say "$((all - $(wc -l < "$play_tmp/open"))) of $all"
}

# Where the others show the real source.
show_ours() {
    say "Ours waits in a way of its own, a process for each client. It is in"
    say "$shelf/$ex, and starts as yours does: build/$preset/bin/todo-third"
    say "PORT FOLDER. In this order it reads best:"
    say
    for name in third.h main.c serve.c; do
        printf '  %-9s%4d lines\n' $name "$(wc -l < "$shelf/$ex/$name")"
    done
    say
    show_mistakes
}
