# doctor.sh - says what is here, what is missing and what gets in the way.
# Read by ./learn, after setup.sh.
# shellcheck shell=sh
# shellcheck disable=SC2086,SC2154,SC3045 # lists of names are words; ulimit -H

version_of() {
    case $1 in
    compiler) ${CC:-cc} --version | sed 1q ;;
    cmake | ninja | node | npm | curl | git) "$1" --version | sed 1q ;;
    civetweb) macros CIVETWEB_VERSION ;;
    libuv) macros UV_VERSION_MAJOR.UV_VERSION_MINOR.UV_VERSION_PATCH ;;
    llhttp) macros LLHTTP_VERSION_MAJOR.LLHTTP_VERSION_MINOR ;;
    sqlite) macros SQLITE_VERSION ;;
    cjson) macros CJSON_VERSION_MAJOR.CJSON_VERSION_MINOR ;;
    sodium) macros SODIUM_VERSION_STRING ;;
    libcurl) macros LIBCURL_VERSION ;;
    cmark) macros CMARK_GFM_VERSION_STRING ;;
    wrk) wrk -v | sed 1q ;;
    *) say 'is here' ;;
    esac
}

# What the version macros of the header at hand ($probe) expand to.
macros() {
    printf '#include %s\n@%s\n' "$probe" "$1" | preprocess |
        sed -n 's/^@//p' | tr -d '" '
}

line() { printf '%-4s %-10s %s\n' "$@"; }

# True when somebody listens on port $1 of this machine.
port_is_taken() {
    if [ -r /proc/net/tcp ]; then
        awk -v port=":$(printf '%04X' "$1")" \
            '$4 == "0A" && $2 ~ port "$" { taken = 1 } END { exit !taken }' \
            /proc/net/tcp
    else
        lsof -nP -iTCP:"$1" -sTCP:LISTEN > /dev/null 2>&1
    fi
}

look_at_tools() {
    unseen=''
    for name in $(names c) $(names book) $(names web) \
        $(names originals); do
        seen=0
        is_here "$name" || seen=$?
        case $seen in
        0) line OK "$name" "$(version_of "$name" 2>&1 | cut -c 1-60)" ;;
        2) unseen="$unseen $name" ;;
        *) line MISS "$name" "$(packages "$name" | sed 's/^ //')" ;;
        esac
    done
}

# Of what clean.sh left behind, what would change how things are built.
look_at_variables() {
    if [ -n "${CC:-}" ] && ! compiles; then
        line NOTE CC "$CC compiles nothing here: unset it"
        unset CC
    fi
    [ -z "${LEARN_IGNORED:-}" ] ||
        line NOTE variables "ignored here: $LEARN_IGNORED"
}

# Says why nothing can be built or run here; or nothing.
objection() {
    why=$(clean_objection "$PWD")
    [ ${#PWD} -le 500 ] || why='its name is longer than 500 bytes'
    files=$(ulimit -Hn)
    if [ -n "$why" ]; then
        say "cannot work in $PWD: $why. Move or rename the folder"
    elif [ "$files" != unlimited ] && [ "$files" -lt 1024 ]; then
        say "ulimit -Hn allows $files open files; 1024 are needed"
    elif [ "$(ulimit -Hv)" != unlimited ]; then
        say "ulimit -Hv allows $(ulimit -Hv) KiB of addresses; the sanitizers" \
            "need all there are"
    fi
}

look_around() {
    for port in 8001 8002; do
        if port_is_taken $port; then
            line NOTE port "$port is taken; ./learn will choose another"
        else
            line OK port "$port is free"
        fi
    done
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -lt 300 ]; then
        line NOTE disk "$free MB free; building takes about 300 MB"
    else
        line OK disk "$free MB free"
    fi
    case $(stat -f -c %T . 2> /dev/null) in
    nfs* | v9fs | cifs | smb*)
        line NOTE folder "on a network: SQLite's WAL needs a local disk"
        ;;
    *) [ -w . ] && line OK folder "can be written to" ;;
    esac
    if grep -qi microsoft /proc/version 2> /dev/null; then
        line NOTE WSL "keep the folder in Linux's own files, not in /mnt/c"
    fi
}

doctor() {
    find_package_manager
    look_at_variables
    choose_compiler
    look_at_tools
    look_around
    gone=$(missing c | tr '\n' ' ') why_not=$(objection)
    [ -z "$why_not" ] || fail "$why_not"
    [ -w . ] || fail "$PWD cannot be written to: clone it as your own user"
    if [ -z "$gone" ]; then
        say "All that C needs is here."
        return
    fi
    say "Not here${unseen:+, or not to be seen without a compiler}: $gone" |
        fold -s -w 80
    advise $gone
    say "./learn gets it${system:+, or you:}"
    [ -z "$system" ] || say "  $install$(packages $gone)" |
        fold -s -w 75 | sed '$!s/$/\\/; 2,$s/^/    /'
    exit 1
}
