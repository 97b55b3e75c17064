# predict.sh - ./learn predict: what do you expect? Then what happens. Read by
# ./learn and by exercises/runner/verify, after course.sh.
# shellcheck shell=sh disable=SC2154 # variables shared with ./learn

# What stands in predict.txt behind "NAME:", with the lines that follow it.
predict_part() { # NAME
    awk -v name="$1:" '
        /^(question|[a-d]|scenario|explain): / {
            on = index($0, name) == 1
            if (on) sub(/^[a-z]+: */, "")
        }
        on { print }
    ' "$shelf/$ex/predict.txt"
}

choices() { sed -n 's/^\([a-d]\): .*/\1/p' "$shelf/$ex/predict.txt"; }

show_question() {
    predict_part question
    say
    for letter in $(choices); do
        say "  $letter  $(predict_part "$letter")"
    done
    say
}

predict() { # [NN]
    case ${1:-} in
    [a-z]) misuse "predict takes no answer, it asks for one: ./learn predict" ;;
    esac
    course_begin
    choose_begun "${1:-}"
    show_question
    said=$(notes "$ex" predicted | sed -n '1s/predicted //p')
    if [ -n "$said" ]; then
        say "You said $said the first time; that stays."
    else
        read_prediction
        note "$ex" "predicted $said"
    fi
    show_what_happens
}

# Sets said.
read_prediction() {
    while :; do
        [ ! -t 0 ] || printf 'Your answer (%s): ' "$(choices | paste -sd ' ' -)"
        read -r said || said=''
        [ -z "$said" ] || ! choices | grep -qx -e "$said" || return 0
        [ -n "$said" ] || misuse "no answer was given: type one of" \
            "$(choices | paste -sd ' ' -)"
        say "$said is not one of $(choices | paste -sd ' ' -)."
        [ -t 0 ] || exit 2
    done
}

show_what_happens() {
    begin_work
    what=$folder/build/bin mine=no
    if is_open || [ -z "$(edited)" ]; then
        build_folder
        say
    elif [ -d "$folder/build/starter/bin" ]; then
        what=$folder/build/starter/bin
        say
        say "(What runs now is the copy as it was, without your edits.)"
    else
        build_folder
        mine=yes
        say
    fi
    status=0
    run_scenario "$(cd "$what" && pwd -P)" || status=$?
    [ $status -ne 130 ] || stopped
    sed '$d' "$play_tmp/scenario.log"
    [ $status -eq 0 ] || {
        tail -n 1 "$play_tmp/scenario.log"
        fail "what happens here could not be found out; your answer is kept"
    }
    happened=$(tail -n 1 "$play_tmp/scenario.log")
    say
    if [ $mine = yes ]; then
        say "That was $happened, with your edits: the question is about the copy as"
        say "it was. ./learn reset puts it back, and keeps yours beside it."
        return
    fi
    [ -n "$(notes "$ex" saw)" ] || note "$ex" "saw $happened"
    if [ "$said" = "$happened" ]; then
        say "You said $said, and so it was."
    else
        say "You said $said; here it was $happened."
    fi
    say
    predict_part explain
    say
    [ -n "$(edited)" ] || say "./learn next shows what to do about it"
}

# Runs the scenario on the servers in $1; its last line is the letter.
run_scenario() { # BIN
    sanitizer_options
    BIN="$1" REAL_BIN="$suites" EXERCISE="$(cd "$shelf/$ex" && pwd -P)" \
        TMPDIR="$play_tmp" ${steady:+setarch -R} "$suites/learn-runner" within 120 \
        ${explain:+--explain "$explain"} -- \
        sh -c "$(predict_part scenario)" > "$play_tmp/scenario.log" 2>&1 9>&-
}
