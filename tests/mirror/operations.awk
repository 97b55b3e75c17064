# Lists the operations of one file of a room, in order, with what they wait for:
#
#     todos.c create_todo: lock, disk; client
#
# An operation is `static void NAME(struct request *rq)`. NAME_<step> after NAME
# belongs to NAME, unless `known`, a list of names, says it is one of its own.
# Other functions are listed only where they wait.

BEGIN {
    split(known, names)
    for (i in names)
        is_known[names[i]]
}

function owner_of(name,    i) {
    if (!(name in is_known))
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
    is_operation = /^static void [a-z0-9_]+\(struct request \*rq\)/
    if (is_operation && !(owner in listed)) {
        listed[owner]
        order[++count] = owner
    }
}

/WAITS: / {
    label = $0
    sub(/.*WAITS: /, "", label)
    sub(/ *\*\/.*/, "", label)
    if (owner != "" && !(owner in listed)) {
        listed[owner]
        order[++count] = owner
    }
    waits[owner] = waits[owner] (waits[owner] == "" ? "" : "; ") label
}

/^}/ { owner = "" }

END {
    for (i = 1; i <= count; i++)
        print file, order[i] ": " waits[order[i]]
    if ("" in waits)
        print file, "outside of any function: " waits[""]
}
