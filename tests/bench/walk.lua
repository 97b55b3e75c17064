-- Follows rel="next" from page to page: wrk … -- PATH PAGE...
-- Tells the target of each of these pages, in rising order: PAGE number target
local target, wanted
local page = 1

function init(args)
    target = table.remove(args, 1)
    wanted = args
end

function request()
    return wrk.format("GET", target)
end

function response(status, headers)
    target = (headers["Link"] or ""):match('<%a+://[^/]+([^>]*)>; rel="next"')
    page = page + 1
    if target and page == tonumber(wanted[1]) then
        io.write("PAGE ", page, " ", target, "\n")
        table.remove(wanted, 1)
    end
    if not target or #wanted == 0 then
        os.exit(0) -- wrk itself would wait for the end of its time
    end
end
