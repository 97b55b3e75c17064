# mutate.sh - breaks the real source of an exercise line by line, where its
# starter differs, and asks whether the check notices. Read by
# exercises/runner/verify, which says how it is asked for.
#
# A line is left out, changes places with the next, its condition is negated, an
# operator is taken for its neighbour, a variable for another of its type. What
# does not build is no mutant. What no check sees is printed, unless
# exercises/runner/unseen.txt has it: there stands why.
# shellcheck shell=bash disable=SC2154 # of verify

unseen=exercises/runner/unseen.txt

# The lines of the real source that the starter has not, as FILE<tab>LINE.
lines_of_answer() {
  local file
  while IFS= read -r file; do
    mkdir -p "$scratch/old/$(dirname "$file")"
    cp "$whole/$file" "$scratch/old/$file"
    apply "$scratch/old" "$shelf/$ex/starter.patch" --include="$file" || return
    diff --unchanged-line-format= --old-line-format= \
      --new-line-format="$file	%dn
" "$scratch/old/$file" "$whole/$file"
  done < <(patched)
}

# Mutants of one line: what each is, a tab, and the lines it becomes (a form feed
# between two).
mutants_of() { # FILE LINE
  awk -v at="$2" '
    function emit(what, text) { if (text != line) print what "\t" text }
    function other(from, to,  text) { # each place in turn
      rest = line
      done = ""
      while (i = index(rest, from)) {
        emit(from " is" to, done substr(rest, 1, i - 1) to \
          substr(rest, i + length(from)))
        done = done substr(rest, 1, i + length(from) - 1)
        rest = substr(rest, i + length(from))
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
              type !~ /^(return|else|goto|case) $/)
            type_of[name] = type
        }
      }
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
        if (all[at + 1] ~ /;$/ && match(line, /^[ \t]*/) &&
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
      other("true", "false"); other("false", "true")
      other(" + ", " - "); other(" - ", " + ")
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

mutate() {
  local file line what lines text seen=0 unbuilt=0
  while IFS=$'\t' read -r file line; do
    while IFS=$'\t' read -r what lines; do
      plant "$file" "$line" "$lines"
      text="$nn	$what	$(sed -n "${line}s/^[ \t]*//p" "$whole/$file")"
      if ! build_tree "$source" "$tree"; then
        unbuilt=$((unbuilt + 1))
      elif run_check; then
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
