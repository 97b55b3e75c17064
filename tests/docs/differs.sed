# differs.sed - what no two runs print alike, made alike. For sed -E.

# The line of a tool in ./learn doctor: its version.
s/^(OK +[a-z]+ +).*/\1(as it is here)/

# Ports, request ids, dates and times; a length has those of a url in it.
s/(127\.0\.0\.1|localhost):[0-9]+/\1:PORT/g
s/(X-Request-Id: |"request_id":")[0-9a-f-]+/\1ID/g
s/^( *Content-Length: )[0-9]+/\1LENGTH/
s/^( *Date: ).*/\1DATE/
s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g
s/[0-9]+(\.[0-9]+)? ?(ms|us|s)\b/TIME/g

# cmocka 1.1.7 tells the name of a group, 1.1.5 does not.
s/^(\[==========\]) [^:]+: /\1 /

# Versions of libraries and tools.
s/\b[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9]+)?\b/VERSION/g

# Which of the threads that are alike: one, and the blanks up to the next lane.
s/\b(req|reader|hash)-[0-9]+ */\1-N /g
