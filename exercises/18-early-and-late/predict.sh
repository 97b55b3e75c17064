#!/bin/sh
# predict.sh - the wall clock is set forward, or stands. What does each server
# tell, and when?
set -eu
. exercises/runner/scenario.sh
forward=a_clock_set_forward_brings_it_on
stands=while_the_wall_clock_stands_nothing_more_is_due

# Whether the server tells what its clock, set forward, shows.
when_forward() { # SIDE
    if passes "$1" $forward; then
        echo 'at its time'
    else
        must_be_judged $forward
        echo late
    fi
}

when_it_stands() { # SIDE
    if passes "$1" $stands; then
        echo 'at its time'
    else
        must_be_judged $stands
        echo early
    fi
}

for side in sync async; do
    first=$(when_forward $side)
    second=$(when_it_stands $side)
    printf 'todo-%-5s  an hour ahead, and the clock is set forward: %s\n' \
        $side "$first"
    printf 'todo-%-5s  a millisecond ahead, and the clock stands:   %s\n' \
        $side "$second"
done
case $first,$second in
late,early) echo d ;;
late,*) echo b ;;
*,early) echo c ;;
*) echo a ;;
esac
