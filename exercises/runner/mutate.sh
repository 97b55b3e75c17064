# mutate.sh - breaks the real source of an exercise line by line, where its
# starter differs, and asks whether the check notices. Read by
# exercises/runner/verify, which says how it is asked for.
#
# A line is left out, or changes places with the next; a condition is negated, or
# loses a part; an operator is taken for its neighbour, a variable for another of
# its type. What does not build is no mutant. What no check sees is printed,
# unless exercises/runner/unseen.txt has it: there stands why.
# shellcheck shell=bash disable=SC2154,SC2034 # of verify, of check.sh

unseen=exercises/runner/unseen.txt

# Of the files that are to be edited, the lines of the real source that the
# starter has not, as FILE<tab>LINE. Where it only has more, the lines around
# that.
lines_of_answer() {
  local file
  while IFS= read -r file; do
    mkdir -p "$scratch/old/$(dirname "$file")"
    cp "$whole/$file" "$scratch/old/$file"
    apply "$scratch/old" "$shelf/$ex/starter.patch" --include="$file" || return
    diff -U 8 "$whole/$file" "$scratch/old/$file" |
      awk -v file="$file" -v OFS='\t' '
        /^@@ / { split($2, at, /[-,]/); line = at[2] - 1; next }
        /^[- ]/ && line != "" { print substr($0, 1, 1), file, ++line }
      '
  done < <(fact "$ex" Files | sed 's/, /\n/g') > "$scratch/lines"
  sed -n 's/^-\t//p' "$scratch/lines" | grep . || sed 's/^ \t//' "$scratch/lines"
}

# Mutants of one line: what each is, a tab, and the lines it becomes (a form feed
# between two).
mutants_of() { # FILE LINE
  awk -v at="$2" '
    function code(text) { sub(/[ \t]*\/\*.*/, "", text); return text }
    function emit(what, text) {
      if (code(text) != code(line)) print what "\t" text
    }
    function again(place) { return place > 1 ? " at place " place : "" }
    function other(from, to,  what, place) { # each place in turn
      rest = line
      done = ""
      what = from " is " to
      gsub(/  +/, " ", what)
      gsub(/^ | $/, "", what)
      while (i = index(rest, from)) {
        emit(what again(++place), done substr(rest, 1, i - 1) to \
          substr(rest, i + length(from)))
        done = done substr(rest, 1, i + length(from) - 1)
        rest = substr(rest, i + length(from))
      }
    }
    # Where what begins there ends: at the parenthesis that closes it, at a
    # semicolon, or with the line.
    function end_of(text, begin,  depth, i, c) {
      for (i = begin; i <= length(text); i++) {
        c = substr(text, i, 1)
        depth += (c == "(") - (c == ")")
        if (depth < 0 || c == ";")
          break
      }
      return i
    }
    # Of a condition each part in turn is left out; of one that goes on in the
    # next line, the last part before that stays.
    function shorter(operator,  text, begin, end, n, part, i, k, rest) {
      text = code(line)
      if (!match(text, /\(|return /))
        return
      begin = RSTART + RLENGTH
      end = end_of(text, begin)
      n = split(substr(text, begin, end - begin), part,
        operator == "&&" ? " && ?" : " [|][|] ?")
      for (i = 1; n > 1 && i <= n; i++) {
        if (part[i] == "" || end_of(part[i], 1) <= length(part[i]))
          continue
        rest = ""
        for (k = 1; k <= n; k++)
          if (k != i && part[k] != "")
            rest = rest (rest == "" ? "" : " " operator " ") part[k]
        if (rest != "" && part[n] == "")
          rest = rest " " operator
        emit(part[i] " left out", substr(line, 1, begin - 1) rest \
          substr(line, end))
      }
    }
    function named(text, name) { # as a word, and not behind -> or .
      return match(text, "(^|[^A-Za-z0-9_.>])" name "([^A-Za-z0-9_(]|$)")
    }
    # Of the function around it, the type of each parameter and variable.
    function declare(text,  n, part, i, type, name) {
      n = split(text, part, /[,;(){}]/)
      for (i = 1; i <= n; i++) {
        sub(/ = .*/, "", part[i])
        if (match(part[i], /[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?$/) &&
            RSTART > 1) {
          name = substr(part[i], RSTART)
          type = substr(part[i], 1, RSTART - 1)
          gsub(/^[ \t]+|const |static /, "", type)
          if (type ~ /^(struct |enum |unsigned )?[a-z_0-9]+ \**$/ &&
              type !~ /^(return|else|goto|case|struct|enum|unsigned) $/)
            type_of[name] = type
        }
      }
    }
    function declares(text) {
      return text ~ \
        /^[ \t]*((const|struct|enum) )*[a-z_0-9]+ \**[a-z_0-9]+( = .*)?;/
    }
    { all[NR] = $0 }
    END {
      line = all[at]
      if (line !~ /[A-Za-z_]/ || line ~ /^[ \t]*(\/\*|\*|#)/)
        exit
      for (top = at; top > 1 && all[top] !~ /^[^ \t#\/]/; top--)
        ;
      for (i = top; i <= NR && !(i >= at && all[i] ~ /^}/); i++)
        declare(all[i])
      if (line ~ /;[ \t]*(\/\*.*)?$/) {
        print "left out\t"
        if (all[at + 1] ~ /;$/ && !(declares(line) && declares(all[at + 1])) &&
            match(line, /^[ \t]*/) &&
            index(all[at + 1], substr(line, 1, RLENGTH)) == 1)
          print "changes places with the next\t" all[at + 1] "\f" line
      }
      if (match(line, /(if|while) \(.*\)( \{)?$/)) {
        text = line
        sub(/(if|while) \(/, "&!(", text)
        sub(/\)( \{)?$/, "))" (line ~ /\{$/ ? " {" : ""), text)
        emit("negated", text)
      }
      other(" < ", " <= "); other(" <= ", " < ")
      other(" > ", " >= "); other(" >= ", " > ")
      other(" == ", " != "); other(" != ", " == ")
      other(" && ", " || "); other(" || ", " && ")
      shorter("&&"); shorter("||")
      other("true", "false"); other("false", "true")
      place = 0
      if (line ~ / [&|][&|] /) # else it is negated already
        for (i = 1; match(substr(line, i), /![A-Za-z_(]/); i += RSTART)
          emit("! left out" again(++place), substr(line, 1, i + RSTART - 2) \
            substr(line, i + RSTART))
      other(" + ", " - "); other(" - ", " + ")
      other(" += ", " -= "); other(" -= ", " += ")
      other("++", "--"); other("--", "++")
      for (name in type_of)
        for (twin in type_of)
          if (name != twin && type_of[name] == type_of[twin] &&
              named(line, name)) {
            match(line, "(^|[^A-Za-z0-9_.>])" name "([^A-Za-z0-9_(]|$)")
            text = substr(line, RSTART, RLENGTH)
            sub(name, twin, text)
            emit(name " is " twin, substr(line, 1, RSTART - 1) text \
              substr(line, RSTART + RLENGTH))
          }
    }
  ' "$1"
}

# Puts the mutant of a line in its place.
plant() { # FILE LINE LINES
  awk -v at="$2" -v lines="$3" '
    NR == at {
      n = split(lines, part, "\f")
      for (i = 1; i <= n; i++) print part[i]
      skip = n - 1
      next
    }
    skip > 0 { skip--; next }
    { print }
  ' "$whole/$1" > "$source/$1"
}

# The first case that fails is enough.
none_sees_it() {
  local case
  while read -r case; do
    run_check "$case" || return
  done < <(check_plan | awk '!known[$3]++ { print $3 }')
}

mutate() {
  local file line what lines text seen=0 unbuilt=0
  local check_seconds=10 # as verify_chaff
  while IFS=$'\t' read -r file line; do
    while IFS=$'\t' read -r what lines; do
      plant "$file" "$line" "$lines"
      text="$nn	$what	$(sed -n "${line}s/^[ \t]*//p" "$whole/$file")"
      if ! build_tree "$source" "$tree"; then
        unbuilt=$((unbuilt + 1))
      elif none_sees_it; then
        grep -qxF -e "$text" "$unseen" ||
          not_ok "$file:$line: no check sees it: $what" < <(
            sed -n "${line}p" "$whole/$file"
          )
      else
        seen=$((seen + 1))
      fi
    done < <(mutants_of "$whole/$file" "$line")
    cp "$whole/$file" "$source/$file"
  done < <(lines_of_answer)
  ok "$seen mutants are seen; $unbuilt more do not build"
}
