# bad.sh - exercises in which you write the test, not the server. Their `check`
# has two kinds of lines of its own:
#
#   both own CASE        your case must pass on the real servers
#   BAD catches CASE     your case must fail on a server broken by BAD.patch,
#                        which lies beside `check` or in tests/mutants
#
# The broken servers are built once, by ./learn next. Read by check.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2030,SC2031,SC2034 # variables shared with play.sh

bad_names() { sed -n 's/^\([^# ]*\) catches .*/\1/p' "$shelf/$ex/check"; }

bad_patch() { # BAD
    patch=$shelf/$ex/$1.patch
    [ -f "$patch" ] || patch=tests/mutants/$1.patch
    say "$patch"
}

# Builds the broken servers of the tree $1 below $2, unless they are there: a
# folder for each, with a todo-sync in it. False when one cannot be built; what
# was said is in $3.
build_bad() { # TREE FOLDER LOG
    [ -n "$(bad_names)" ] || return 0
    bad_stamp "$1" > "$3.stamp"
    ! cmp -s "$3.stamp" "$2/stamp" || return 0
    rm -rf "$2/source" "$2/stamp"
    mkdir -p "$2/source" &&
        (cd "$1" && tar -cf - --exclude=./build --exclude=./.starter .) |
        tar -xf - -C "$2/source" && configure "$2/source" "$2/build" '' ||
        return
    for name in $(bad_names); do
        build_one_bad "$1" "$2" "$(bad_patch "$name")" "$name" ||
            return
    done >> "$3" 2>&1
    mv "$3.stamp" "$2/stamp"
}

build_one_bad() { # TREE FOLDER PATCH NAME
    apply "$2/source" "$3" -C1 &&
        cmake --build "$2/build" --parallel "$(jobs_here)" \
            --target todo-sync &&
        mkdir -p "$2/$4" && cp "$2/build/bin/todo-sync" "$2/$4" || return
    sed -n 's|^+++ b/||p' "$3" | while read -r file; do
        cp "$1/$file" "$2/source/$file" # and it is whole again
    done
}

# A number that changes when one of the broken servers would.
bad_stamp() { # TREE
    {
        for name in $(bad_names); do bad_patch "$name"; done
        find "$1/common" "$1/sync_impl" -type f | LC_ALL=C sort
    } | tr '\n' '\0' | xargs -0 cat | cksum
}

# Your case and a real server, which has had a todo before.
play_own() ( # CASE SIDE
    export own="$servers/todo-contract"
    contract=exercises/runner/used servers=$suites
    play contract "$1" "$2" "$check_seconds"
)

# Your case and a broken server: it passes when the case fails. Then the case is
# left in the middle, and cannot free what it has.
play_bad() ( # CASE BAD
    export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
    contract=$servers/todo-contract servers=$servers/../bad/$2
    verdict=$(play contract "$1" sync "$check_seconds") || return
    mv "$play_tmp/sync.log" "$play_tmp/$2.log"
    case $verdict in
    failed) say passed ;;
    passed)
        {
            say "This todo-sync is broken:" \
                "$(sed -n 's/^Mistake: //p' "$(bad_patch "$2")")"
            say "Your case passed all the same."
        } >> "$play_tmp/$2.log"
        say failed
        ;;
    *) say "$verdict" ;;
    esac
)
