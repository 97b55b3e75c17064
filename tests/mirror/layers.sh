#!/bin/sh
# layers.sh ROOT - fails unless each file of common/ includes only what the
# folders may include that common/README.md names for its own.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1/common"

# shellcheck disable=SC2016 # the backticks are Markdown's
sed -n '/^```text$/,/^```$/{/^```/d;p;}' README.md |
    awk '
    FILENAME == "-" { # FOLDER: FOLDERS
        folder = $1
        sub(/:$/, "", folder)
        may[folder, folder] = lines[folder] = 1
        for (i = 2; i <= NF; i++)
            may[folder, $i] = 1
        next
    }
    /^#include "/ {
        file = substr(FILENAME, 3)
        from = substr(file, 1, index(file, "/") - 1)
        if (split($2, part, "/") < 3 || part[1] != "\"common") {
            printf "common/%s:%d: %s is no file of common/\n", file, FNR, $2
            bad = 1
        } else if (!lines[from]) {
            printf "common/README.md has no line for %s\n", from
            bad = 1
        } else if (!may[from, part[2]]) {
            printf "common/%s:%d: %s may not include %s\n", file, FNR, from,
                part[2]
            bad = 1
        }
        count++
    }
    END {
        if (!bad && count == 0) {
            print "Found no include: has their shape changed?"
            bad = 1
        }
        if (!bad)
            print count " includes point the right way."
        exit bad
    }' - ./*/*.[ch] ./*/*.c.in
