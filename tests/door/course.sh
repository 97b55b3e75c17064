#!/bin/sh
# course.sh BIN HOLD_PORT - tests the verbs of the exercises: as a learner, on
# exercise 00, whose folder is built here, and with what goes wrong.
# shellcheck disable=SC2016,SC2317 # other shells expand; check calls functions
set -eu
bin=$1 hold_port=$2
tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
failed=0
export LEARN_BIN="$bin" LEARN_WORK="$tmp/work" TMPDIR="$tmp"
folder=$LEARN_WORK/00-first-green
reply=$folder/common/reply.c

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

# --- a learner's way ---------------------------------------------------------

check "no exercise is begun at first" \
    1 './learn next begins the first' ./learn check

check "an exercise that does not exist is refused" \
    1 'there is no exercise 77' ./learn next 77

mkdir -p "$folder.new" && touch "$folder.new/left-behind"
check "next makes the folder, whatever an interrupted one left, and asks" \
    0 'Who answers wrongly?' ./learn next
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
check "without a terminal there are neither colours nor long lines" \
    1 '^0$' grep -cE "$(printf '\033')|^[^/]{81}" "$tmp/first"

check "no prediction is no answer" 2 'no answer was given' ./learn predict
check "a prediction is one of the choices" \
    2 'z is not one of a b c d' answer z ./learn predict
check "a prediction is compared with what happens" \
    0 'You said b; here it was c' answer b ./learn predict
check "the first prediction stays" \
    0 'You said b the first time' answer c ./learn predict
check "progress can be read" \
    0 ' 00-first-green predicted b' cat "$LEARN_WORK/progress"

check "the first hint" 0 'Two more hints are left' ./learn hint
check "the second hint" 0 'One more hint is left' ./learn hint
check "the third hint" 0 'That is the last hint' ./learn hint
check "there is no fourth hint" 0 'That is the last hint' ./learn hint 0
check "the solution is not shown by accident" \
    1 'is not solved yet' ./learn solution

check "diff of nothing says so" 0 'Nothing is edited' ./learn diff
edit 's/begin_head(reply, 200);$/begin_head(reply, 200)/'
check "what does not compile is shown as the compiler says it" \
    1 'common/reply.c:[0-9:]* error: expected' ./learn check
check "edits outside the fences are told of" \
    1 'outside the fences there are edits, too' ./learn check

check "reset puts the starter back" 0 'work/00-first-green.old-1' \
    ./learn reset --yes
check "reset keeps the edits" 0 'begin_head(reply, 200)$' \
    cat "$folder.old-1/common/reply.c"
check "after reset nothing is edited" 0 'Nothing is edited' ./learn diff
check "after reset the starter fails again" 1 'meant to fail' ./learn check

edit '/EXERCISE 00 begin/,/end/s/200/201/'
check "diff shows an edit" 0 '^+ .*begin_head(reply, 201);' ./learn diff
check "a mended server passes, also while others hold the usual ports" \
    0 'exercise 00 First green is solved' "$hold_port" 8001 \
    "$hold_port" 8002 ./learn check
check "list says what is solved" 0 '^00 *solved' ./learn list
check "the solution is the real source, and why others fail" \
    0 'Creating says 201 now, and so does reading' ./learn solution

# --- what goes wrong ---------------------------------------------------------

cp "$folder/.source" "$tmp/source"
echo 'of another day' > "$folder/.source"
check "a source that changed is told of, and the old copy checked" \
    0 'not what it was' ./learn check
cp "$tmp/source" "$folder/.source"

rm "$reply"
check "a folder that is not whole is named" \
    1 'is not whole, common/reply.c is' ./learn check
check "a folder that is not whole can be reset" \
    0 'as it was when you began' ./learn reset --yes
check "a folder that was reset is whole" 1 'meant to fail' ./learn check

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

mkdir "$tmp/path"
for program in /usr/local/bin/* /usr/bin/* /bin/*; do
    case ${program##*/} in
    cc) ;;
    *) ln -sf "$program" "$tmp/path" ;;
    esac
done
check "a missing compiler is named" \
    1 'there is no cc here; ./learn doctor' env PATH="$tmp/path" ./learn check

# --- what hangs --------------------------------------------------------------

# A suite that says it runs its case and never ends, and a child of a process
# group of its own.
mkdir "$tmp/bin"
cp "$bin/learn-runner" "$bin/muse" "$tmp/bin"
cat > "$tmp/bin/todo-contract" << END
#!/bin/sh
setsid sleep 600 &
echo \$! > "$tmp/child"
echo \$\$ > "$tmp/suite"
echo "[ RUN      ] create_is_201_with_the_todo"
[ ! -p "$tmp/runs" ] || echo runs > "$tmp/runs"
wait
END
chmod +x "$tmp/bin/todo-contract"

check "a case that does not end is HUNG" \
    1 '^HUNG  todo-sync' env LEARN_BIN="$tmp/bin" ./learn check
cp "$tmp/said" "$tmp/hung"
check "why it hangs is asked before it is ended" \
    0 "knows of no other" cat "$tmp/hung"
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

# Passes on what the fifo says, up to a line that begins with $1.
pass_on_until() {
    while read -r line <&3; do
        echo "$line"
        case $line in "$1"*) return ;; esac
    done
    return 1
}

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

exit "$failed"
