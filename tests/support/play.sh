# play.sh - one case of one suite, against one server: what came of it? Read by
# tests/mutants/run and by the exercises. It wants these variables:
#
#   suites   the folder with learn-runner and the suites' programs
#   servers  the folder with todo-sync and todo-async, in a build tree
#   play_tmp a folder for what the suites write; the log becomes
#            $play_tmp/SIDE.log
#   contract the todo-contract to ask with; or nothing: the one in suites
#   steady   something, where addresses must not be randomised; or nothing
#   alone    something, where a unit case runs without its neighbours; or nothing
#   explain  the folder that `learn-runner explain` is to look at when a case
#            hangs; or nothing
# shellcheck shell=sh disable=SC2154 # set by whoever reads this

# The program that has the unit test of that name.
unit_program() { # CASE
    basename "$(grep -lE "^(static void )?$1\(void " tests/unit/*_test.c)" .c
}

# Is the contract case one of the level "accounts", for a server with --auth?
wants_tokens() { # CASE
    grep -l 'GROUP(LEVEL_ACCOUNTS' tests/contract/*.c |
        xargs grep -q "^static void $1(void"
}

# False where no program may run (noexec), as a build there would.
may_run_in() { # FOLDER
    echo '#!/bin/sh' > "$1/may-run" && chmod +x "$1/may-run" &&
        "$1/may-run" 2> /dev/null
}

# Says passed, failed, hangs, or unclear where the case was not come to, or
# where it passed and the server then ended badly: only its own verdict counts.
play() ( # SUITE CASE SIDE SECONDS
    suite=$1 case=$2 side=$3 seconds=$4 status=0 other=sync
    trap : INT TERM HUP # to outlive Ctrl-C until the suite is gone
    log=$play_tmp/$side.log
    [ "$side" = async ] || other=async
    case $suite in
    contract)
        auth='' accounts=''
        ! wants_tokens "$case" || auth=--auth accounts=--with-accounts
        set -- "$suites/learn-runner" with --bin "$servers" --muse \
            ${auth:+"$auth"} "$side" -- \
            "${contract:-$suites/todo-contract}" --with-upstream \
            ${accounts:+"$accounts"} --case "$case" "{$side}"
        ;;
    hostile) set -- "$suites/todo-hostile" "$servers/todo-$side" "$case" ;;
    system)
        set -- "$suites/todo-system" "$servers/todo-$side" \
            "$servers/todo-$other" "$case"
        ;;
    unit)
        [ -z "${alone:-}" ] || export TODO_UNIT_CASE="$case"
        set -- "$servers/../tests/unit/$(unit_program "$case")"
        ;;
    esac
    TMPDIR=$play_tmp ${steady:+setarch -R} "$suites/learn-runner" within "$seconds" \
        ${explain:+--explain "$explain"} -- "$@" \
        > "$log" 2>&1 < /dev/null 9>&- || status=$? # 9: the lock of ./learn
    said=$(grep -aE "^\[ +(RUN|OK|FAILED|ERROR) +\] $case\$" "$log")
    case $status,$said in
    124,*RUN*) echo hangs ;;
    124,*) echo unclear ;;
    *FAILED* | *ERROR*) echo failed ;;
    0,*OK*) echo passed ;;
    *) echo unclear ;;
    esac
    [ $status -ne 130 ] # Ctrl-C: the caller goes no further
)
