# Lists the operations of one file of a room, in order, with what they wait for:
#
#     todos.c create_todo: lock, disk; client
#
# An operation is `static void NAME(struct request *rq)`. With chains=1, what
# NAME_<step> waits for is NAME's, unless `known`, a list of names, has it as an
# operation of its own. Helpers are listed where they wait.

BEGIN {
    split(known, names)
    for (i in names)
        is_known[names[i]]
}

function owner_of(name,    i) {
    if (chains && !(name in is_known))
        for (i = 1; i <= count; i++)
            if (index(name, order[i] "_") == 1)
                return order[i]
    return name
}

/^[a-z].*\(/ && !/;$/ {
    name = $0
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    owner = owner_of(name)
    if (owner == name) {
        order[++count] = name
        if (/^static void [a-z0-9_]+\(struct request \*rq\)/)
            is_listed[name]
    }
}

/WAITS: / {
    label = $0
    sub(/.*WAITS: /, "", label)
    sub(/ *\*\/.*/, "", label)
    is_listed[owner]
    waits[owner] = waits[owner] (waits[owner] == "" ? "" : "; ") label
}

/^}/ { owner = "" }

END {
    for (i = 1; i <= count; i++)
        if (order[i] in is_listed)
            print file, order[i] ": " waits[order[i]]
    if ("" in waits)
        print file, "outside of any function: " waits[""]
}
