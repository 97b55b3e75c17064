# lanes.awk - shows a trace (--trace FILE) as lanes: a column for each thread, a
# line for each mark, oldest first. Behind `go` stands how long the wait took.
# A | says that the thread stands still meanwhile.

$4 == "enter" || $4 == "leave" { next }

{
    if (!($2 in lane_of)) {
        lane_of[$2] = ++lanes
        head = head sprintf("%-23s", $2)
    }
    lane[NR] = lane_of[$2]
    what[NR] = "#" $3 " " $4 ($5 == "-" ? "" : " " $5)
    wait = $3 " " $5
    if ($4 == "stand" || $4 == "park")
        since[wait] = $1
    if ($4 == "go")
        took[NR] = sprintf("%.2f ms", ($1 - since[wait]) / 1000000)
    if ($4 == "stand") {
        stands[wait] = lane[NR]
        deeper[NR] = 1
    } else if ($4 == "go" && wait in stands) {
        deeper[NR] = -1
    }
}

END {
    print head "waited"
    for (row = 1; row <= NR; row++) {
        if (!(row in what))
            continue
        line = ""
        for (i = 1; i <= lanes; i++)
            line = line sprintf("%-23s", i == lane[row] ? what[row] \
                                         : depth[i] > 0 ? "   |" : "")
        depth[lane[row]] += deeper[row]
        line = line took[row]
        sub(/ +$/, "", line)
        print line
    }
}
