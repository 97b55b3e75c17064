# clean.sh - the script that reads this begins anew, in an environment of which
# every variable is named here. Read first by ./learn, by verify and by the
# scripts of the tests.
#
# Each tool obeys variables: the shell CDPATH, git GIT_DIR, CMake
# CMAKE_GENERATOR, tar TAR_OPTIONS, a sanitizer LSAN_OPTIONS, bash functions
# that another bash exported. No list of them would ever be whole. So this is a
# list of what may come through, and what for:
#
#   PATH HOME USER LOGNAME   where programs are, and what is yours
#   TERM NO_COLOR            how a verdict is shown
#   TMPDIR                   where temporary files go, see below
#   CC                       which compiler builds
#   *_proxy *_PROXY, SSL_* CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS,
#   npm_config_registry DEBIAN_FRONTEND HOMEBREW_PREFIX
#                            for apt, brew and npm; our servers are on this
#                            machine, and are never asked through a proxy
#   CHROMIUM TODO_SCREENSHOTS  for ./learn test --web
#   ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
#                            CMakePresets.json sets them for its tests, and
#                            ./learn check sets its own
#   LEARN_...                for the tests of ./learn; and LEARN_IGNORED, which
#                            ./learn doctor tells of
#
# Further names may be in $clean_more, and $clean_shell is the shell to begin
# anew in, if it is not sh.
# shellcheck shell=sh

clean_names='PATH HOME USER LOGNAME TERM NO_COLOR TMPDIR CC
    http_proxy https_proxy ftp_proxy all_proxy no_proxy
    HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY
    SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS
    npm_config_registry DEBIAN_FRONTEND HOMEBREW_PREFIX
    CHROMIUM TODO_SCREENSHOTS ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
    LEARN_BIN LEARN_EXERCISES LEARN_WORK LEARN_PYTHON LEARN_IGNORED
    LEARN_LEVELS_SECONDS LEARN_LISTEN_SECONDS'

: "${PATH:=/usr/local/bin:/usr/bin:/bin}"

# The process stays the same, and so does its id: what runs below it begins anew
# in its turn.
if [ "${LEARN_CLEAN:-}" != "$$" ]; then
    no_proxy=localhost,127.0.0.1,::1,${no_proxy:-${NO_PROXY:-}}
    # shellcheck disable=SC2034 # doctor.sh says it
    LEARN_IGNORED=$(env | sed -En 's/^(C[A-Z]*FLAGS|CPATH|C_INCLUDE_PATH)=.*/\1/p
        s/^(CMAKE_[A-Z_]*|LIBRARY_PATH|LDFLAGS|LD_[A-Z_]*)=.*/\1/p' | tr '\n' ' ')
    set -- "${clean_shell:-sh}" -- "$0" "$@"
    for clean_name in $clean_names ${clean_more:-}; do
        eval "[ -z \"\${$clean_name+is}\" ] ||
            set -- \"$clean_name=\$$clean_name\" \"\$@\""
    done
    # One language and one order of names. And git obeys no file of yours, nor
    # those of a repository around a folder of ours (GIT_CONFIG_COUNT outranks
    # them).
    exec env -i LC_ALL=C LEARN_CLEAN=$$ \
        GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 \
        GIT_CONFIG_COUNT=5 \
        GIT_CONFIG_KEY_0=core.attributesFile GIT_CONFIG_VALUE_0=/dev/null \
        GIT_CONFIG_KEY_1=core.autocrlf GIT_CONFIG_VALUE_1=false \
        GIT_CONFIG_KEY_2=apply.whitespace GIT_CONFIG_VALUE_2=nowarn \
        GIT_CONFIG_KEY_3=apply.ignoreWhitespace GIT_CONFIG_VALUE_3=no \
        GIT_CONFIG_KEY_4=safe.directory GIT_CONFIG_VALUE_4='*' \
        "$@"
fi
unset LEARN_CLEAN

# Says, in a few words, why CMake and the compiler could not work in the folder
# $1; or nothing.
clean_objection() {
    # shellcheck disable=SC1001 # an unquoted ^ is special in some shells
    case $1 in
    *[\'\"\`\&\;\*\?\[\]\\\#\<\>\|\^:]* | *[[:cntrl:]]*)
        # CMake and Ninja: ; # [ ] \. Ninja, of what gcc depends on: the rest.
        # A folder in PATH: the colon.
        printf '%s' "a name with one of ' \" \` & ; * ? [ ] \\ # < > | ^ :" \
            " in it is more than CMake, Ninja or PATH can take"
        ;;
    esac
}

# A TMPDIR of no use is none. 39 bytes: the address of a socket, some folders
# below, has 107.
clean_tmpdir() {
    : "${TMPDIR:=/tmp}"
    clean_why=$(clean_objection "$TMPDIR")
    case $TMPDIR in
    /*) ;;
    *) clean_why='it does not begin with /' ;;
    esac
    [ ${#TMPDIR} -le 39 ] || clean_why='it is longer than 39 bytes'
    [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ] && [ -x "$TMPDIR" ] ||
        clean_why='there is no folder that can be written to'
    [ -n "$clean_why" ] || return 0
    printf '%s\n' "TMPDIR is $TMPDIR: $clean_why; /tmp is taken instead." >&2
    TMPDIR=/tmp
}
clean_tmpdir
export TMPDIR PATH
