-- Todos that are due some day, on another day each time: wrk … -- POST /todos
-- Ends with the line of load.lua.
local here = debug.getinfo(1).source:match("@?(.*/)")
dofile(here .. "load.lua")

function request()
    return wrk.format(nil, nil, nil, string.format(
        '{"title": "some day", "due_at": "%d-%02d-%02dT12:00:00Z"}',
        math.random(3000, 9000), math.random(1, 12), math.random(1, 28)))
end
