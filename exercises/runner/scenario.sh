# scenario.sh - asks the exercise's servers one case of the system suite. Read
# by the predict.sh of exercises, which have BIN, REAL_BIN and TMPDIR.
# shellcheck shell=sh

said=$TMPDIR/said

# True when the server passes within so many seconds, 20 unless told otherwise.
# What was said is in $said.
passes() { # SIDE CASE [SECONDS]
    other=sync
    [ "$1" = async ] || other=async
    rm -f "$TMPDIR"/report.* # of what ran before
    timeout "${3:-20}" "$REAL_BIN/todo-system" "$BIN/todo-$1" \
        "$BIN/todo-$other" "$2" > "$said" 2>&1
    grep -Eq "^\[ +OK +\] $2\$" "$said"
}

# yes, or for how long the server was given time.
in_time() { # SIDE CASE
    if passes "$1" "$2"; then echo yes; else echo 'no, not in twenty seconds'; fi
}

# The letter for those that say yes: both, todo-sync alone, todo-async alone,
# neither.
letter() { # SYNC ASYNC
    case $1,$2 in
    yes,yes) echo a ;;
    yes,*) echo b ;;
    *,yes) echo c ;;
    *) echo d ;;
    esac
}

# Ends the scenario, with all that was said, when the case was not even judged.
must_be_judged() { # CASE
    grep -Eq "^\[ +(OK|FAILED|ERROR) +\] $1\$" "$said" && return
    cat "$said" >&2
    exit 1
}

# The log of a server that ended by itself is in what the suite said.
answers() { grep -c ' INFO .* request: ' "$said"; }
was_stopping() { grep -q 'finishing what is in flight' "$said"; }

# What a sanitizer said, in short. It writes to a file of its own where it was
# told to (check.sh), and else to the log.
report() {
    found=$(cat "$said" "$TMPDIR"/report.* 2> /dev/null | sed -n \
        's/^SUMMARY: \([A-Za-z]*: [-a-z]*\) .* in \(.*\)$/\1 in \2/p' | sed 1q)
    echo "${found:-without a report}"
}
