-- One request over and over: wrk … -- METHOD PATH [BODY [TOKEN]]
-- Ends with a line for tests/bench/run: RESULT requests/s p50 p99 failures
-- requests, the times in milliseconds.
function init(args)
    wrk.method, wrk.path, wrk.body = args[1], args[2], args[3]
    if args[4] then
        wrk.body, wrk.headers["Authorization"] = nil, "Bearer " .. args[4]
    end
    if wrk.body then
        wrk.headers["Content-Type"] = "application/json"
    end
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format("RESULT %.0f %.3f %.3f %d %d\n",
        summary.requests / (summary.duration / 1e6),
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        e.connect + e.read + e.write + e.status + e.timeout,
        summary.requests))
end
