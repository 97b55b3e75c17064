#!/bin/bash
# refused.sh sync|async - asks a server of its own twenty times, though it lets a
# client ask once a second. Prints some lines of the head of the last answer that
# refused it.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
CDPATH='' cd -- "$(dirname -- "$0")/../.."
runner=$(command -v learn-runner || echo build/dev/bin/learn-runner)

# shellcheck disable=SC2016 # for the shell that runs it
TODO_RATE_LIMIT=1 TODO_LOG_LEVEL=error "$runner" with "$1" -- \
    sh -c 'curl -s --head "$1/todos?limit=[1-20]"' sh "{$1}" |
    awk '/^HTTP/ { refused = / 429 /; if (refused) n = 0 }
        refused && /^(HTTP|Content-Type|Retry-After)/ { head[n++] = $0 }
        END { for (i = 0; i < n; i++) print head[i] }'
