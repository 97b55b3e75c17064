# verify_levels.sh - is the exercise in which the server is yours what it says it
# is? Ours stands for yours: the real source passes, what its chaffs make of it
# fails in a case that they name, and other ways to the same end pass. Read by
# exercises/runner/verify.
# shellcheck shell=bash disable=SC2154,SC2034 # variables shared with verify

# What `start` starts is the program that was built last. A process for each
# client is slow with sanitizers: the real source alone has them.
build_third() { # WHAT [SANITIZERS]
  tree=$scratch/build-third${2:+-sanitized}
  if configure "$source" "$tree" "${2:-}" &&
    cmake --build "$tree" --parallel "$(jobs_here)" --target todo-third \
      > "$tree/build.log" 2>&1; then
    folder=$scratch/yours
    mkdir -p "$folder"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$tree/bin/todo-third" > "$folder/start"
    chmod +x "$folder/start"
    return
  fi
  not_ok "$1 does not build" < "$tree/build.log"
  return 1
}

verify_begin() {
  local text missing='' listen_seconds=60
  folder=$scratch/begin
  cp -R "$shelf/$ex/begin" "$folder"
  run_check && not_ok 'what is there to begin with passes' < /dev/null
  show_verdicts > "$scratch/said"
  while IFS= read -r text; do
    grep -qF -e "$text" "$scratch/said" || missing+=" '$text'"
  done < "$shelf/$ex/expect-fail.txt"
  if [ -z "$missing" ]; then
    ok 'what is there to begin with fails as expected'
  else
    not_ok "it fails without$missing" < "$scratch/said"
  fi
}

# The server of the scenario is the one that was built last.
verify_third_scenario() {
  local suites_of_all=$suites suites=$scratch/suites servers=$scratch/suites
  mkdir "$suites" && ln -s "$suites_of_all"/* "$suites" &&
    ln -sf "$tree/bin/todo-third" "$suites/todo-third"
  verify_scenario
}

verify_passes() { # WHAT [SANITIZERS]
  build_third "$@" || return
  if run_check; then
    ok "$1 passes"
  else
    not_ok "$1 does not pass" < <(show_verdicts)
  fi
}

# It may also hang: the suite itself gives up later than we do.
verify_third_chaff() { # PATCH
  local name=${1##*/} fails status=0 levels_seconds=90
  fails=$(sed -n '/^--- /q; s/^Fails: //p' "$1")
  break_it "$1" || return
  if build_third "$name"; then
    ask_yours 5 "$fails" || status=$?
    case $status in
      1 | 3 | 124) ok "$name fails: $fails" ;;
      *) not_ok "$name passes $fails" < "$play_tmp/levels.log" ;;
    esac
  fi
  mend_it "$1"
}

verify_own_reset() {
  folder=$work/$ex
  make_folder && cp -a "$folder" "$scratch/before"
  say 'mine' >> "$folder/start"
  say 'mine too' > "$folder/server.py"
  keep_old && renew_folder
  if diff -r "$scratch/before" "$work/$ex" > "$scratch/log" 2>&1 &&
    [ -z "$(edited)" ] && grep -q mine "$old/start" &&
    grep -q 'mine too' "$old/server.py"; then
    ok 'reset restores every byte, and keeps what is yours'
  else
    not_ok 'reset does not restore' < "$scratch/log"
  fi
  rm -rf "${work:?}/$ex" "$old" "$scratch/before"
}

verify_open() {
  local patch
  local -a patches=("$shelf/$ex"/chaff-*.patch)
  [ -z "$list" ] || patches=("${patches[@]:0:6}")
  verify_texts
  verify_begin
  for patch in "$source" "$whole"; do
    cp -R "$shelf/$ex" "$patch/exercises/"
  done
  verify_passes 'the real source' "$(sanitizers)"
  verify_third_scenario
  for patch in "${patches[@]}"; do
    if is_time; then verify_third_chaff "$patch"; else left "${patch##*/}"; fi
  done
  if [ -z "$list" ]; then
    for patch in "$shelf/$ex"/right-*.patch; do
      break_it "$patch" && verify_passes "${patch##*/}"
      mend_it "$patch"
    done
  fi
  verify_own_reset
}
