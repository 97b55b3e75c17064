# given.sh - read first by the scripts that take arguments: was each of them
# given that the head of the script names? If not, one line says which it takes.
# shellcheck shell=bash
mapfile -t given < <(sed -n '2{s/^# [^ ]* //; s/ - .*//; s/ \[.*//; s/ /\n/g; p}' "$0")
for ((i = 1; i <= ${#given[@]}; i++)); do
    [ -z "${!i:-}" ] || continue
    case ${given[i - 1]} in
    URL) echo "${0##*/} ${given[*]}: which URL? . build/run/urls first" ;;
    *) echo "${0##*/} ${given[*]}: ${given[i - 1]} is missing" ;;
    esac >&2
    exit 2
done
