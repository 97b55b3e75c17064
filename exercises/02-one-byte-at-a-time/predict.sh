#!/bin/sh
# predict.sh - which clients does the exercise's todo-async answer? Says the
# letter of the choice in its last line.
set -u

# Plays one client and says yes or no.
answers() { # SIDE CASE
    "$REAL_BIN/todo-hostile" "$BIN/todo-$1" "$2" > "$TMPDIR/said" 2>&1
    if grep -Eq "^\[ +OK +\] $2\$" "$TMPDIR/said"; then
        echo yes
    elif grep -Eq "^\[ +(FAILED|ERROR) +\] $2\$" "$TMPDIR/said"; then
        echo no
    else
        cat "$TMPDIR/said" >&2
        exit 1
    fi
}

# Says a line about both servers; `here` is what todo-async did.
ask() { # WHAT CASE
    there=$(answers sync "$2") && here=$(answers async "$2") || exit 1
    printf '%-28s %-9s %s\n' "$1" "$there" "$here"
}

printf '%-28s %-9s %s\n' 'Is all of it answered?' todo-sync todo-async
ask 'a request in one piece' \
    five_hundred_connections_one_after_another_are_served
one=$here
ask 'a request in two pieces' a_request_in_two_pieces_is_one_request
two=$here
ask 'two requests in one piece' two_requests_in_one_piece_get_two_answers
case $one,$two,$here in
yes,yes,yes) echo a ;;
yes,yes,no) echo b ;;
yes,no,no) echo c ;;
no,no,no) echo d ;;
*) echo none of these ;;
esac
