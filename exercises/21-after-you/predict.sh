#!/bin/sh
# predict.sh - writers and scrapes, and nobody waits for long: does
# ThreadSanitizer say something?
set -eu
. exercises/runner/scenario.sh
case=writers_that_wait_are_in_the_metrics

passes sync $case || must_be_judged $case
answered=no
! grep -Eq "^\[ +OK +\] $case\$" "$said" || answered=yes
seen=$(report)
echo "all were answered:   $answered"
echo "reported:            $seen"
case $seen in
*lock-order*) echo c ;;
*race*) echo b ;;
*) echo a ;;
esac
