#!/bin/sh
# course.sh BIN HOLD_PORT - tests the verbs of the exercises: as a learner, on
# exercise 00, whose folder is built here, and with what goes wrong.
# shellcheck disable=SC2016,SC2317 # other shells expand; check calls functions
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1 hold_port=$2
tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
failed=0
export LEARN_BIN="$bin" LEARN_WORK="$tmp/work" TMPDIR="$tmp"
folder=$LEARN_WORK/00-first-green
reply=$folder/common/http/reply.c

. tests/door/check.sh

# answer WORDS COMMAND...: the command gets a line on its standard input.
answer() {
    words=$1
    shift
    echo "$words" | sh -c '"$@" 2>&1' answer "$@"
}

edit() { sed "$1" "$reply" > "$tmp/edit" && cat "$tmp/edit" > "$reply"; }

# Says gone where no such file is there, or no process whose id it has.
is_gone() { [ ! -e "$1" ] && echo gone; }
has_ended() { kill -0 "$(cat "$1")" 2> /dev/null || echo gone; }

# As on a terminal; and what of that is wider than one, with the folder that a
# learner has instead of $tmp.
in_terminal() { TERM=xterm script -qec "$*" /dev/null < /dev/null; }
fits_terminal() {
    in_terminal "$@" |
        sed "s/\r\$//; s/.*\r//; s/${escape}[^m]*m//g; s|$tmp|exercises|g" |
        awk 'length > 80 { wide = 1; print } END { print NR " lines"; exit wide }'
}
escape=$(printf '\033')

has_no_escapes() { in_terminal "$@" | grep -c "$escape"; }

# Without the rights of root, to whom nothing is read-only.
as_user() {
    [ "$(id -u)" -ne 0 ] || set -- setpriv --bounding-set=-dac_override \
        --inh-caps=-dac_override "$@"
    "$@"
}

# read_only FOLDER COMMAND...: the command, while nobody may write there.
read_only() {
    place=$1 status=0
    shift
    chmod a-w "$place"
    as_user "$@" || status=$?
    chmod u+w "$place"
    return "$status"
}

# --- a learner's way ---------------------------------------------------------

check "no exercise is begun at first" \
    1 './learn next begins the first' ./learn check

check "a verb takes one number" 2 'takes one number' ./learn check 00 01
check "an exercise that does not exist is refused" \
    1 'there is no exercise 77' ./learn next 77
check "nor is a pattern a number" \
    1 'there is no exercise 0\[0-9\]' ./learn next '0[0-9]'
check "a verb says how it is used" 0 '^  check \[NN\]' ./learn check --help
ln -s "$PWD/learn" "$tmp/link"
check "learn can be called through a link" 0 '^00 *open' "$tmp/link" list

mkdir -p "$folder.new" && touch "$folder.new/left-behind"
check "next makes the folder, whatever an interrupted one left, and asks" \
    0 'Which of them answers wrongly?' ./learn next
check "nothing of the interrupted one is left" 0 gone is_gone "$folder.new"
check "and nothing of it is in the folder" 0 gone is_gone "$folder/left-behind"

check "next shows the task when it was asked for once" \
    0 'reply.c:[0-9]' ./learn next
check "next shows the same again until it is solved" \
    0 '^# 00 First green' ./learn next

check "list says which is current" 0 '^00 *current *10 ' ./learn list

check "the starter fails, and the failure is what is shown first" \
    0 '^1:FAIL  todo-sync   create is 201 with the todo' sh -c \
    '! ./learn check > "$0" && grep -n FAIL "$0"' "$tmp/first"
check "the failure shows the answer, and what was expected of it" \
    0 'expected status 201' sh -c \
    'tr "\n" " " < "$0" | grep "HTTP/1.1 200 OK.*expected * status 201" |
     sed "s/expected *status/expected status/"' "$tmp/first"
check "without a terminal there are no colours" \
    1 '^0$' grep -c "$escape" "$tmp/first"
check "on a terminal a verdict is coloured" \
    1 "$escape\[31mFAIL" in_terminal ./learn check
check "unless that is not wanted" \
    1 '^0$' has_no_escapes NO_COLOR=1 ./learn check
check "or the terminal knows none" 1 '^0$' has_no_escapes TERM=dumb ./learn check
for words in list next diff check doctor 'check --help' 'solution --show'; do
    check "learn $words fits a terminal" 0 ' lines$' \
        fits_terminal ./learn "$words"
done
check "a list of what can be compared fits a terminal" 0 ' lines$' \
    fits_terminal "$bin/learn-runner" compare nonsense
check "a reader who leaves early leaves no folder behind" 2 'No such file' \
    sh -c './learn check 2>&1 | sed q; ls -d "$0"/learn-*' "$tmp"
check "nor hears of a pipe" 0 '^FAIL' sh -c \
    '{ ./learn check | sed q; } > "$0" 2>&1; cat "$0"; ! grep -i error "$0"' \
    "$tmp/piped"

check "no prediction is no answer" 2 'no answer was given' ./learn predict
check "an answer is no exercise" 2 'it asks for one' ./learn predict c
check "a prediction is one of the choices" \
    2 'z is not one of a b c d' answer z ./learn predict
check "a prediction is compared with what happens" \
    0 'You said b; here it was c' answer b ./learn predict
check "the first prediction stays" \
    0 'You said b the first time' answer c ./learn predict
check "progress can be read" \
    0 ' 00-first-green predicted b' cat "$LEARN_WORK/progress"

check "no hint is given that cannot be noted" \
    1 "^learn: cannot write to $LEARN_WORK/progress" \
    read_only "$LEARN_WORK/progress" ./learn hint
check "the first hint" 0 'Two more hints are left' ./learn hint
check "the second hint" 0 'One more hint is left' ./learn hint
check "the third hint" 0 'That is the last hint' ./learn hint
check "there is no fourth hint" 0 'That is the last hint' ./learn hint 0
check "the solution is not shown by accident" \
    1 'is not solved yet' ./learn solution

mkdir "$folder/.vscode"
for file in "$folder/.vscode/x" "$reply~" "$reply.orig" \
    "$folder/common/#reply.c#" "$folder/common/.reply.c.swp"; do
    echo mine > "$file"
done
ln -s learner@here.1 "$folder/common/.#reply.c"
check "diff of nothing says so, whatever an editor leaves" \
    0 '^Nothing is edited' ./learn diff
edit 's/begin_head(reply, 200);$/begin_head(reply, nowhere());/
    s/^static void begin_head/int nowhere(void);\n&/'
check "what does not link is said by the linker, without how it was called" \
    0 '^/.*undefined reference to .nowhere' sh -c \
    './learn check > "$0"; cat "$0"; ! grep "^: && " "$0"' "$tmp/link.log"
./learn reset --yes > "$tmp/said"
rm -r "$folder.old-1"
edit 's/^#include "common.http.reply.h"$/&\n\n#include <errno.h>/
    /EXERCISE 00 begin/,/end/s/200);/200)/'
check "an #include more is no edit outside the fences" 0 '^0$' sh -c \
    './learn check > "$0"; grep -c "outside the fences" "$0" || :' "$tmp/include"
edit 's/begin_head(reply, 200);$/begin_head(reply, 200)/'
check "what does not compile is shown as the compiler says it" \
    1 'common/http/reply.c:[0-9:]* error: expected' ./learn check
check "edits outside the fences are told of" \
    1 'outside the fences there are edits, too' ./learn check
for name in 1 2 3 4 5; do echo mine > "$folder/common/mine-$name"; done
check "of many a few are named" 1 '^    and 3 more$' ./learn check
check "without fences it is said how they come back" \
    0 'are gone; ./learn reset' sh -c \
    'sed -i.orig /EXERCISE/d "$0" && ./learn next' "$reply"

check "reset puts the starter back" 0 'work/00-first-green.old-1' \
    ./learn reset --yes
check "reset keeps the edits" 0 'begin_head(reply, 200)$' \
    cat "$folder.old-1/common/http/reply.c"
check "after reset nothing is edited" 0 'Nothing is edited' ./learn diff
check "after reset the starter fails again" 1 'meant to fail' ./learn check

edit '/EXERCISE 00 begin/,/end/s/200/201/'
check "run starts the servers of an exercise, also for a debugger" \
    0 '^gdb -p [0-9]* *looks into todo-async' \
    ./learn run 0 --sync-port 0 --async-port 0
check "run needs a folder" 1 'exercise 03 is not begun' ./learn run 03
check "a prediction is about the copy as it was, whatever was edited" \
    0 'here it was c' ./learn predict
check "diff shows an edit" 0 '^+ .*begin_head(reply, 201);' ./learn diff
check "a mended server passes, also while others hold the usual ports" \
    0 'exercise 00 First green is solved' "$hold_port" 8001 \
    "$hold_port" 8002 ./learn check
check "list says what is solved" 0 '^00 *solved' ./learn list
check "the solution is the real source, and why others fail" \
    0 'Creating says 201 now, and so does reading' ./learn solution

check "most exercises end there" 1 'has no step further' ./learn more
mkdir -p "$tmp/longer"
cp -R exercises/00-first-green "$tmp/longer"
mkdir "$tmp/longer/00-first-green/more"
echo '# Say where it is' > "$tmp/longer/00-first-green/more/task.md"
echo 'both contract created_todo_can_be_read' \
    > "$tmp/longer/00-first-green/more/check"
cp exercises/00-first-green/starter.patch \
    "$tmp/longer/00-first-green/more/solution.patch"
longer() { LEARN_EXERCISES="$tmp/longer" ./learn "$@"; }
check "list tells of a step further" 0 '^00 *solved+' longer list
check "a pass offers it" 0 'if you like: Say where it is' longer check
check "more shows what it asks for" 0 'Say where it is' longer more
check "the check asks for that, too" 0 'PASS.*created todo can be read' longer check
check "and says when all is done" 0 '^00 *solved *10 ' longer list
check "the solution shows how it can be done" \
    0 'as a change of the real source' longer solution
cp "$LEARN_WORK/progress" "$tmp/progress"
sed '/solved/d' "$tmp/progress" > "$LEARN_WORK/progress"
check "it comes after the exercise" 1 'comes first' longer more
cp "$tmp/progress" "$LEARN_WORK/progress"

# --- what goes wrong ---------------------------------------------------------

cp "$folder/.source" "$tmp/source"
echo 'of another day' > "$folder/.source"
check "a source that changed is told of, and the old copy checked" \
    0 'not what it was' ./learn check
cp "$tmp/source" "$folder/.source"

rm -r "$folder/sync_impl"
check "a folder without one of its rooms is not whole" \
    1 '\(^\|[^/]\)sync_impl/CMakeLists.txt' ./learn check
rm "$reply"
check "a folder that is not whole is named" \
    1 '\(^\|[^/]\)common/http/reply.c is' ./learn check
check "a folder that is not whole can be reset" \
    0 'as it was when you began' ./learn reset --yes
check "a folder that was reset is whole" 1 'meant to fail' ./learn check

for place in "$LEARN_WORK" "$folder" "$folder/build"; do
    check "${place#"$tmp"/} that cannot be written to is named" \
        1 "^learn: cannot write to $place" read_only "$place" ./learn check
done

mkdir "$tmp/shelf"
cp -R exercises/00-first-green "$tmp/shelf"
sed 's/begin_head(reply, 201)/begin_head(reply, 299)/' \
    exercises/00-first-green/starter.patch > \
    "$tmp/shelf/00-first-green/starter.patch"
check "a patch that does not fit is named" \
    1 'the patch of exercise 00 does not fit' env LEARN_WORK="$tmp/other" \
    LEARN_EXERCISES="$tmp/shelf" ./learn next
check "a patch that does not fit leaves no folder" \
    0 gone is_gone "$tmp/other/00-first-green"
check "nor half of one" 0 gone is_gone "$tmp/other/00-first-green.new"

# The shelf is one after a git pull, and with a mistake of two lines.
sed -i.orig "s/^Mistake: .*/Mistake: $(printf 'one after another %.0s' 1 2 3 4 5 6
    )/" "$tmp/shelf/00-first-green"/chaff-*.patch
check "the solution of a folder is shown also when its exercise changed" \
    0 '^-.*begin_head(reply, 200)' env LEARN_EXERCISES="$tmp/shelf" \
    ./learn solution
cp "$tmp/said" "$tmp/solution"
check "a mistake is told with an indent" \
    0 '^    one after another' cat "$tmp/solution"

# A folder whose patch changes a file that has no fence.
mkdir "$tmp/second"
(cd "$LEARN_WORK" && tar -cf - --exclude=build .) | tar -xf - -C "$tmp/second"
second=$tmp/second/00-first-green
echo '/* mine */' | tee -a "$second/common/base/buf.c" >> "$second/.starter/common/base/buf.c"
diff -u --label a/common/base/buf.c --label b/common/base/buf.c common/base/buf.c \
    "$second/common/base/buf.c" >> "$second/.starter.patch" || true
check "of a file without a fence the solution is the real source alone" \
    0 '^1$' sh -c 'LEARN_WORK=$0 ./learn solution > "$1" &&
    grep -q "^The real source, common/base/buf.c" "$1" && grep -c ^Yours, "$1"' \
    "$tmp/second" "$tmp/solution"

mkdir "$tmp/path"
for program in /usr/local/bin/* /usr/bin/* /bin/*; do
    case ${program##*/} in
    cc) ;;
    *) ln -sf "$program" "$tmp/path" ;;
    esac
done
check "a missing compiler is named" \
    1 'there is no cc here; ./learn doctor' env PATH="$tmp/path" ./learn check
check "what needs no compiler goes without" \
    0 'That is the last hint' env PATH="$tmp/path" ./learn hint
check "the doctor does not call missing what only a compiler can see" \
    1 'or not to be seen without a compiler: compiler ' sh -c \
    'PATH=$0 ./learn doctor > "$1"; status=$?; cat "$1"
    ! grep "^MISS *lib" "$1" && exit $status' "$tmp/path" "$tmp/doctor"

# --- what hangs --------------------------------------------------------------

# A suite whose first case fails. The other never ends, and has a child of a
# process group of its own.
mkdir "$tmp/bin"
cp "$bin/learn-runner" "$bin/muse" "$tmp/bin"
cat > "$tmp/bin/todo-contract" << END
#!/bin/sh
echo "[ RUN      ] \$3"
case \$3 in create*) echo "[  FAILED  ] \$3" && exit 1 ;; esac
setsid sleep 600 &
echo \$! > "$tmp/child"
echo \$\$ > "$tmp/suite"
[ ! -p "$tmp/runs" ] || echo runs > "$tmp/runs"
wait
END
chmod +x "$tmp/bin/todo-contract"

check "a case that does not end is HUNG" \
    1 '^HUNG  todo-sync' env LEARN_BIN="$tmp/bin" ./learn check
cp "$tmp/said" "$tmp/hung"
check "why it hangs is asked before it is ended, and said behind a failure" \
    0 'FAIL.*HUNG.*knows of no other.*FAIL' sh -c 'tr "\n" " " < "$0"' "$tmp/hung"
check "what hung is gone" 0 gone has_ended "$tmp/suite"
check "what it started is gone" 0 gone has_ended "$tmp/child"

# In a session of its own Ctrl-C is SIGINT to the whole group, as a terminal
# sends it; a shell makes what it starts with & ignore that signal.
in_session() { exec env --default-signal=INT setsid "$@"; }

interrupted_check() {
    in_session env LEARN_BIN="$tmp/bin" ./learn check &
    read -r _ < "$tmp/runs"
    kill -INT "-$!"
    wait $!
}

mkfifo "$tmp/runs"
check "Ctrl-C ends a check with a sentence" \
    130 'nothing of it is left running' interrupted_check
check "what Ctrl-C interrupted is gone" 0 gone has_ended "$tmp/suite"
check "and what that had started" 0 gone has_ended "$tmp/child"

# --- two at once -------------------------------------------------------------

# Two in one folder: the second says that it waits, and does so until the first
# is gone, however that ends.
two_checks() {
    in_session env LEARN_BIN="$tmp/bin" ./learn check &
    first=$!
    read -r _ < "$tmp/runs"
    ./learn check > "$tmp/second.fifo" 2>&1 &
    exec 3< "$tmp/second.fifo"
    pass_on_until "... another"
    kill -KILL "-$first"
    cat <&3
    kill "$(cat "$tmp/child")" # which nobody was left to end
    wait $!
}

# Passes on what the fifo says, up to a line that begins with $1.
pass_on_until() {
    while read -r line <&3; do
        echo "$line"
        case $line in "$1"*) return ;; esac
    done
    return 1
}

mkfifo "$tmp/second.fifo"
check "two checks do not meet, and the second does not wait for the dead" \
    1 'meant to fail' two_checks
cp "$tmp/said" "$tmp/second.log"
check "but it says that it waits" \
    0 '^\.\.\. another ./learn' cat "$tmp/second.log"

# --- watch, and Ctrl-C elsewhere ---------------------------------------------

watched() {
    in_session ./learn watch > "$tmp/watch" 2>&1 &
    exec 3< "$tmp/watch"
    pass_on_until Watching
    edit '/EXERCISE 00 begin/,/end/s/200/201/'
    pass_on_until Watching
    kill -INT "-$!"
    wait $!
}

mkfifo "$tmp/watch"
check "watch checks again when a file is saved, and Ctrl-C leaves" \
    130 'is solved' watched

# A cmake that says what it was told, and never ends.
mkdir "$tmp/cmake"
cat > "$tmp/cmake/cmake" << END
#!/bin/sh
[ "\$1" != --version ] || exec echo cmake version 3.25.1
echo "\$*" > "$tmp/runs"
exec sleep 600
END
chmod +x "$tmp/cmake/cmake"

interrupted_build() {
    in_session env PATH="$tmp/cmake:$PATH" ./learn compare create_todo &
    read -r told < "$tmp/runs"
    kill -INT "-$!"
    echo "It was told $told."
    wait $!
}

check "Ctrl-C ends a build with a sentence" \
    130 'nothing of it is left running' interrupted_build
cp "$tmp/said" "$tmp/build.log"
check "a build is told no generator: the preset names one" \
    0 'It was told --preset dev' cat "$tmp/build.log"

exit "$failed"
