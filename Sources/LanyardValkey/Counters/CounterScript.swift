// # Windows in Valkey
//
// A window is one value: the buckets in which something was charged, oldest first, as a list of numbers and amounts. The
// rules are those of `CounterPage` and `WindowRing`, and both pass the same checks: a unit counts until its bucket has
// wholly left the window, a question charges all of its windows or none, and the clock is the server's, which never runs
// backwards here: what it was set back by is added again (`back` shrinks), so that time stands still meanwhile.
//
// Numbers in Lua are 64-bit floats: whole up to 2^53. Amounts are held to that, and microseconds stay below it until the
// year 2255. To divide by a bucket's length (31.25 µs for each millisecond of the window) is exact enough for the same
// reason: a quotient that is no whole number is further from the next one than its rounding.
//
// One hash says whose counters these are: `name` is the one that is written in PostgreSQL. Where it is another, or gone,
// nothing is charged.

/// The scripts that the server runs.
enum CounterScript {
    /// Keys: the hash, then windows. Arguments: the name; the latest time in µs; then for each question the number of its
    /// parts, and for each part the number of its key, the window in ms, the amount, the cost, and 1 if it is shut after a
    /// loss. Answers -1 where the name is another; or 0, the time and `back` where it is too late; or 1, the time, `back`,
    /// and for each question whether it was charged, and for each part the units, when it is empty, when there is room (-1
    /// for never) and whether it was full.
    static let ask = ValkeyScript(
        """
        local kept = redis.call('HMGET', KEYS[1], 'name', 'back', 'last', 'opened', 'step_at', 'step')
        if kept[1] ~= ARGV[1] then return {-1} end
        local back, last = tonumber(kept[2]), tonumber(kept[3])
        local opened, step_at, step = tonumber(kept[4]), tonumber(kept[5]), tonumber(kept[6])
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2] - back
        if now > tonumber(ARGV[2]) then return {0, now, back} end
        if now < last then
            back = back - (last - now)
            now = last
        end

        local windows, changed = {}, {}
        local function load(key, length)
            local window = windows[key]
            if window then return window end
            local bucket = length * 31.25
            window = {total = 0, bucket = bucket, head = math.floor(now / bucket), length = length}
            local text = redis.call('GET', KEYS[key])
            if text then
                local list = cmsgpack.unpack(text)
                -- After the clock was set back: the newest bucket is the one after the present, as in CounterPage; also
                -- where nothing is charged, or it would be moved again each time, and never empty.
                local ahead = (list[#list - 1] or window.head) - (window.head + 1)
                if ahead > 0 then
                    for i = 1, #list, 2 do list[i] = list[i] - ahead end
                    changed[key] = window
                end
                for i = 1, #list, 2 do
                    if list[i] > window.head - 33 then
                        window[#window + 1] = list[i]
                        window[#window + 1] = list[i + 1]
                        window.total = window.total + list[i + 1]
                    end
                end
            end
            windows[key] = window
            return window
        end
        local function closing(window, shuts)
            local time = 0
            if shuts == '1' and opened > 0 then time = opened + 33 * window.bucket end
            if step > window.bucket then time = math.max(time, step_at + 33 * window.bucket) end
            return time
        end
        local function milliseconds(time)
            return math.max(1, math.ceil((time - now) / 1000))
        end

        local answer = {1, now, back}
        local at = 3
        while at <= #ARGV do
            local count = tonumber(ARGV[at])
            local first = at + 1
            at = first + 5 * count
            local fits = 1
            for part = first, at - 5, 5 do
                local cost = tonumber(ARGV[part + 3])
                if cost > 0 then
                    local window = load(tonumber(ARGV[part]) + 1, tonumber(ARGV[part + 1]))
                    local amount = tonumber(ARGV[part + 2])
                    if window.total > amount - cost or now < closing(window, ARGV[part + 4]) then fits = 0 end
                end
            end
            answer[#answer + 1] = fits
            for part = first, at - 5, 5 do
                local key = tonumber(ARGV[part]) + 1
                local window = load(key, tonumber(ARGV[part + 1]))
                local amount, cost = tonumber(ARGV[part + 2]), tonumber(ARGV[part + 3])
                local size = #window
                local full, room = 0, -1
                if cost > 0 and fits == 1 then
                    if size > 0 and window[size - 1] >= window.head then
                        window[size] = window[size] + cost
                    else
                        window[size + 1], window[size + 2] = window.head, cost
                        size = size + 2
                    end
                    window.total = window.total + cost
                    changed[key] = window
                elseif cost > 0 then
                    local shut = closing(window, ARGV[part + 4])
                    local excess = window.total + cost - amount
                    if excess > 0 or now < shut then full = 1 end
                    if full == 1 and cost <= amount then
                        local time = shut
                        for i = 1, size, 2 do
                            if excess <= 0 then break end
                            excess = excess - window[i + 1]
                            if excess <= 0 then time = math.max(time, (window[i] + 33) * window.bucket) end
                        end
                        room = milliseconds(time)
                    end
                end
                local empty = 0
                if window.total > 0 then empty = milliseconds((window[size - 1] + 33) * window.bucket) end
                answer[#answer + 1] = window.total
                answer[#answer + 1] = empty
                answer[#answer + 1] = room
                answer[#answer + 1] = full
            end
        end
        for key, window in pairs(changed) do
            local list = {}
            for i = 1, #window do list[i] = window[i] end
            -- Twice the window and an hour: a clock that is set forward by less than that loses nothing.
            redis.call('SET', KEYS[key], cmsgpack.pack(list), 'PX', string.format('%.0f', 2 * window.length + 3600000))
        end
        if at > 3 then
            redis.call('HSET', KEYS[1], 'back', string.format('%.0f', back), 'last', string.format('%.0f', now))
        end
        return answer
        """)

    /// Key: the hash. Arguments: the name, `back` as it was seen, µs to set back, and 1 if something was charged meanwhile.
    static let setBack = ValkeyScript(
        """
        local kept = redis.call('HMGET', KEYS[1], 'name', 'back', 'step_at', 'step')
        if kept[1] ~= ARGV[1] then return 0 end
        local clock = redis.call('TIME')
        local back, by = tonumber(kept[2]), tonumber(ARGV[3])
        if back == tonumber(ARGV[2]) then
            back = back + by
            redis.call('HSET', KEYS[1], 'back', string.format('%.0f', back), 'last',
                string.format('%.0f', clock[1] * 1000000 + clock[2] - back))
        end
        -- Also where another node has set it back already; and where windows may have gone by their time to live.
        if ARGV[4] == '1' or by >= 3600000000 then
            local now = clock[1] * 1000000 + clock[2] - back
            local step_at, step = tonumber(kept[3]), tonumber(kept[4])
            if now < step_at + 33 * step then by = math.max(by, step) end
            redis.call('HSET', KEYS[1], 'step_at', string.format('%.0f', now), 'step', string.format('%.0f', by))
        end
        return 1
        """)

    /// Key: the hash. Arguments: the new name, and 1 if other counters were lost.
    static let open = ValkeyScript(
        """
        if redis.call('HGET', KEYS[1], 'name') == ARGV[1] then return 0 end
        local clock = redis.call('TIME')
        local opened = 0
        if ARGV[2] == '1' then opened = clock[1] * 1000000 + clock[2] end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'name', ARGV[1], 'back', 0, 'last', 0, 'opened', string.format('%.0f', opened),
            'step_at', 0, 'step', 0)
        return 1
        """)
}
