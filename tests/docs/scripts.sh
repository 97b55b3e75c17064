#!/bin/sh
# scripts.sh SOURCE - the scripts of the chapters say in one line what they were
# not given: in a second terminal, say, $SYNC and $ASYNC are nothing.
set -eu
cd -- "$1"
failed=0

# refuses WORDS SCRIPT ARGUMENTS...: with status 2, and in one line.
refuses() {
    words=$1 script=docs/scripts/$2 status=0
    shift 2
    said=$("$script" "$@" 2>&1 < /dev/null) || status=$?
    if [ "$status" -ne 2 ] || [ "$(printf '%s\n' "$said" | wc -l)" -ne 1 ] ||
        ! printf '%s\n' "$said" | grep -qF -e "$words"; then
        echo "$script $*: status $status, no '$words', or more than that:"
        printf '%s\n' "$said"
        failed=1
    fi
}

for script in docs/scripts/*.sh; do
    case ${script##*/} in
    way.sh | given.sh) ;; # they take nothing
    *) refuses "${script##*/} " "${script##*/}" ;;
    esac
done
where='which URL? . build/run/urls first'
refuses "$where" drip.sh
refuses "$where" pieces.sh ''
refuses "$where" say.sh 'GET /healthz HTTP/1.0\r\n\r\n'
refuses "$where" events.sh 900000000 1 ''
refuses 'COMMAND... is missing' muse.sh 15 /drip
exit $failed
