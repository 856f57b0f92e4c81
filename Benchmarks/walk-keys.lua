-- Walks the keys of the file named by KEYS, one a request, from a place of its own in each thread.
local keys, next_key = {}, 0
local header = os.getenv("HEADER") or "X-API-Key"
function init()
    for line in io.lines(os.getenv("KEYS")) do keys[#keys + 1] = line end
end
function request()
    next_key = next_key % #keys + 1
    return wrk.format("GET", "/v1/authorize", {[header] = keys[next_key]})
end
function done(summary, latency)
    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
