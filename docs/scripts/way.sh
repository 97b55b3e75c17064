#!/bin/sh
# way.sh - the way of POST /todos through both servers: which function calls
# which, on which thread, and where it waits.
#
# The lists below only name functions. That one calls the next, on which thread,
# and that it waits there, is looked up in the sources: when it is no longer so,
# this fails.
#
#   FILE FUNCTION         is called by the one above that stands further left
#   FILE FUNCTION by X    the same, by way of X: of a pointer, say
#   FILE FUNCTION from    a library or the kernel calls it: a new stack begins
#   waits WHAT, WHY       here the request waits; WHAT is marked in the functions
#                         before or behind it
set -eu
cd "$(dirname -- "$0")/../.."

way_sync() {
    cat << 'END'
sync_impl/conn.c on_request from
 sync_impl/request.c request_serve
  sync_impl/request.c request_accept
waits client, for the body
  sync_impl/wire.c wire_body
  sync_impl/request.c request_run
   sync_impl/todos.c create_todo by handlers[
    sync_impl/keeper.c keeper_write
waits lock, disk, to write
     sync_impl/keeper.c lead_locked
      common/store/store.c store_run_writes
    sync_impl/request.c request_finish
waits client, to read
     sync_impl/answer.c answer_send
      sync_impl/answer.c answer_write
 sync_impl/conns.c conn_request_end
END
}

way_async() {
    cat << 'END'
async_impl/conn.c on_read from
 async_impl/conn.c conn_advance
  async_impl/conn.c conn_parse
   async_impl/conn.c conn_expect_body
    async_impl/request.c request_accept
waits client, for the body
async_impl/conn.c on_read from
 async_impl/conn.c conn_advance
  async_impl/conn.c conn_parse
   async_impl/conn.c conn_run
    async_impl/request.c request_run
     async_impl/todos.c create_todo by handlers[
      async_impl/keeper.c keeper_write
waits lock, disk, to write
async_impl/keeper.c run_store_thread from
 common/store/store.c store_run_writes
async_impl/keeper.c on_doorbell from
 async_impl/keeper.c go_on
  async_impl/keeper.c on_done by done(
   async_impl/todos.c create_todo_answer by next(
    async_impl/request.c request_finish
     async_impl/answer.c answer_send
      async_impl/answer.c answer_write
waits client, to read
async_impl/answer.c on_written from
 async_impl/answer.c answer_taken
  async_impl/conn.c conn_answered
END
}

# Looks up each function of a list, and prints it as a tree, cut in pieces by
# what it waits for.
draw() {
    awk '
        function wrong(what) {
            print "way.sh: " what > "/dev/stderr"
            failed = 1
            exit 1
        }
        # Reads the definition of a function: sets body and thread.
        function look_up(file, name,   line, in_it) {
            body = thread = ""
            while ((getline line < file) > 0) {
                if (!in_it && line ~ "^[a-z].*[ *]" name "[(]" && line !~ /;$/)
                    in_it = 1
                if (in_it && thread == "" && match(line, /[A-Z]+( THREAD)? \*\//))
                    thread = substr(line, RSTART, RLENGTH - 3)
                if (in_it)
                    body = body line "\n"
                if (in_it && line ~ /^}/)
                    break
            }
            close(file)
            if (!in_it || line !~ /^}/)
                wrong("there is no " name " in " file)
        }
        function expect_marked() {
            if (label != "" && !index(before behind, "WAITS: " label))
                wrong("nothing says WAITS: " label)
            before = behind
            behind = ""
        }
        $1 == "waits" {
            expect_marked()
            sub(/^waits /, "")
            print "WAITS: " $0
            label = $0
            sub(/, (for|to) .*/, "", label)
            next
        }
        {
            match($0, /^ */)
            depth = RLENGTH
            file = $1
            name = $2
            look_up(file, name)
            if ($3 == "from") {
                print "on " (thread == "LOOP" ? "the loop" : \
                    thread == "STORE THREAD" ? "a store thread" : \
                    "the thread of the connection") ":"
            } else {
                above = bodies[depth - 1]
                call = $3 == "by" ? $4 : name "("
                if (!index(above, call))
                    wrong(names[depth - 1] " does not call " name)
            }
            behind = behind body
            bodies[depth] = body
            names[depth] = name
            short = file
            sub(/.*\//, "", short)
            line = sprintf("%" depth "s%s", "", name)
            print "  " line sprintf("%" (34 - length(line) - length(short)) "s", \
                "") short
        }
        END { if (!failed) expect_marked(); exit failed }
    '
}

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
way_sync | draw > "$tmp/sync"
way_async | draw > "$tmp/async"

# Beside each other, each wait at the same height.
awk -v right="$tmp/async" '
    function take(file, lines,   n, line) { # up to the next wait; gives it
        n = 0
        last = ""
        while ((getline line < file) > 0) {
            if (line ~ /^WAITS/) { last = line; break }
            lines[++n] = line
        }
        return n
    }
    BEGIN {
        printf "%-38s  %s\n\n", "todo-sync", "todo-async"
        do {
            n = take(ARGV[1], l)
            wait = last
            m = take(right, r)
            for (i = 1; i <= n || i <= m; i++) {
                row = sprintf("%-38s  %s", i <= n ? l[i] : "", i <= m ? r[i] : "")
                sub(/ +$/, "", row)
                print row
            }
            if (wait != "")
                printf "---- %s %s\n", wait, \
                    substr("----------------------------------------------------------------------", length(wait))
        } while (wait != "")
    }
' "$tmp/sync"
