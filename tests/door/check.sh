# check.sh - a sentence that a command proves. Read by the tests of the door;
# it wants the folder $tmp, and sets failed to 1.
# shellcheck shell=sh disable=SC2034,SC2154 # shared with whoever reads this

# What was said as it was before learn folded it at 80 columns, wherever that
# was: a TMPDIR may be long.
unfolded() {
    sed -e ':again' -e '/ $/b join' -e '/^.\{80\}$/b join' -e b \
        -e ':join' -e '$!{N;s/\n//;b again' -e '}' "$tmp/said"
}

# check SENTENCE STATUS WORDS COMMAND...: the command must end with the status,
# and what it prints must have the words in it.
check() {
    sentence=$1 wanted=$2 words=$3 status=0
    shift 3
    "$@" > "$tmp/said" 2>&1 < /dev/null || status=$?
    if [ "$status" -eq "$wanted" ] &&
        { grep -q -e "$words" "$tmp/said" || unfolded | grep -q -e "$words"; }; then
        echo "ok   $sentence"
    else
        echo "FAIL $sentence: status $status for $wanted, or no '$words' in"
        cat "$tmp/said"
        failed=1
    fi
}
