# setup.sh - gets what cmake/packages.txt lists, with this system's package
# manager: one question, one command. Read by ./learn, which has say and fail,
# and the variable `ask`.
# shellcheck shell=sh disable=SC2086,SC2154 # lists of names are words

# Sets system, column (of packages.txt) and install (the command).
find_package_manager() {
    system='' column=0 install=''
    if command -v apt-get; then
        system=apt column=4
        install='apt-get install -y --no-install-recommends'
    elif command -v dnf; then
        system=dnf column=5 install='dnf install -y'
    elif command -v pacman; then
        system=pacman column=6 install='pacman -S --needed --noconfirm'
    elif command -v brew; then
        system=brew column=7 install='brew install'
    fi > /dev/null
}

# The names for $1 ("c", "book", "web" or "originals"), in order.
names() { awk -v group="$1" '$1 == group { print $2 }' cmake/packages.txt; }

# Column $2 of the row named $1.
cell() {
    awk -v name="$1" -v n="$2" '$1 != "#" && $2 == name { print $n }' \
        cmake/packages.txt
}

# CC may name a compiler, with words behind it (CC="ccache gcc"); else it is cc.
# CMake gets it by its path, so that a build folder tells what it was made with.
choose_compiler() {
    # shellcheck disable=SC2086 # words
    set -- ${CC:-cc}
    [ -z "${CC:-}" ] || compiles || fail "CC is $CC, which compiles nothing" \
        "here: unset it, or set it to a C compiler, such as gcc or clang"
    found=$(command -v "$1") || return 0 # set_up gets it
    shift
    export CC="$found${*:+ $*}"
}

# Debian 12 keeps llhttp where no compiler looks, Homebrew keeps everything so.
preprocess() {
    ${CC:-cc} -E -P -x c -I/usr/share/include/llhttp \
        -I"${HOMEBREW_PREFIX:-/usr/local}/include" - 2> /dev/null
}

compiles() { preprocess < /dev/null > /dev/null; }
includes() { say "#include $1" | preprocess > /dev/null; }

# The packages of a system belong to its own Python; another may come first.
# LEARN_PYTHON is for tests.
imports() { # MODULE
    for one in ${LEARN_PYTHON:-python3 /usr/bin/python3}; do
        "$one" -c "import $1" 2> /dev/null && return
    done
    return 1
}

# Status 2: there is no compiler that could tell.
is_here() {
    probe=$(cell "$1" 3)
    case $probe in
    '<'*)
        compiles || return 2
        includes "$probe"
        ;;
    import:*) imports "${probe#import:}" ;;
    *)
        [ "$1" != compiler ] || [ -z "${CC:-}" ] || return 0
        for one in $(say "$probe" | tr '|' ' '); do
            command -v "$one" > /dev/null && return
        done
        return 1
        ;;
    esac
}

missing() {
    for name in $(names "$1"); do
        is_here "$name" || say "$name"
    done
}

# The packages that bring $*; of several names the first that apt knows, or
# the last while it knows none.
packages() {
    for name; do
        for package in $(cell "$name" "$column" | tr '|' ' '); do
            [ "$system" = apt ] || break
            apt-cache show "$package" > /dev/null 2>&1 && break
        done
        [ "$package" = - ] || printf ' %s' "$package"
    done
}

# What to do for those of $* that have no package here.
advise() {
    for name; do
        [ "$(cell "$name" "$column")" = - ] || continue
        case $name in
        compiler) say "The C compiler comes with: xcode-select --install" ;;
        browser) say "Chromium comes with: brew install --cask chromium" ;;
        cmark) say "cmark-gfm has no package here:" \
            "https://github.com/github/cmark-gfm is its source" ;;
        civetweb)
            say "civetweb has no package here. Build it from its source:" \
                "
  git clone https://github.com/civetweb/civetweb
  cmake -S civetweb -B civetweb/build -DCMAKE_BUILD_TYPE=Release \\
        -DBUILD_SHARED_LIBS=ON -DCIVETWEB_BUILD_TESTING=OFF
  cmake --build civetweb/build && sudo cmake --install civetweb/build"
            ;;
        esac
    done
}

# Gets what $1 ("c", "book", "web" or "originals") needs and is not here.
set_up() {
    gone=$(missing "$1" | tr '\n' ' ')
    [ -n "$gone" ] && install_missing "$1"
    version=$(cmake --version | sed -n 's/^cmake version //p')
    case $version in
    [012].* | 3.? | 3.?.* | 3.1?.* | 3.2[01234].*)
        fail "CMake $version is too old, 3.25 is needed;" \
            "newer ones: https://cmake.org/download"
        ;;
    esac
}

install_missing() {
    find_package_manager
    [ -n "$system" ] || fail "not here: $gone; and I know none of apt," \
        "dnf, pacman and brew to get it with"
    say "Not here: $gone"
    advise $gone
    wanted=$(packages $gone)
    if [ -n "$wanted" ]; then
        sudo=''
        if [ "$system" != brew ] && [ "$(id -u)" -ne 0 ]; then
            command -v sudo > /dev/null || fail "there is no sudo here;" \
                "as root, run: $install$wanted"
            sudo='sudo '
        fi
        # A package list of last month names files that are gone.
        update=''
        [ "$system" != apt ] || update="${sudo}apt-get update && "
        say "This gets it: $update$sudo$install$wanted"
        consent
        if [ -n "$update" ]; then
            quietly "${update% && }"
            before=$wanted
            wanted=$(packages $gone) # a list that was empty knows none
            [ "$wanted" = "$before" ] ||
                say "By its new list this system calls them:$wanted"
        fi
        quietly "$sudo$install$wanted"
    fi
    gone=$(missing "$1" | tr '\n' ' ')
    [ -z "$gone" ] || fail "still not here: $gone"
}

consent() {
    if [ "$ask" != yes ]; then
        say "It runs at once: --yes was given, or there is no terminal to ask at."
        return
    fi
    printf 'Run it now? [Y/n] '
    read -r answer
    case $answer in
    '' | [Yy]*) ;;
    *) fail "nothing was installed" ;;
    esac
}
