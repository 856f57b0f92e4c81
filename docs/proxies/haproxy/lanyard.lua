-- Asks Lanyard whether a request may pass: http-request lua.lanyard http://ADDRESS/v1/authorize/p/POLICY
--
-- The policy's dialect is haproxy. On a grant the action sets txn.lanyard_granted, txn.lanyard_key_id,
-- txn.lanyard_account_id and txn.lanyard_scopes, and the request goes on. Everything else ends here: a denial is
-- answered as Lanyard put it, and where there is no answer to go by, with 503.

-- Milliseconds. HAProxy's client asks up to four times, so what is waited at most is four times as long.
local TIMEOUT = 2000

-- The form of a denial (RFC 9457). What has another one comes from HAProxy's own client: nobody answered.
local PROBLEM = "application/problem+json"

-- What of Lanyard's answer reaches a client that is denied.
local PASSED = { "content-type", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy" }

local VARIABLES = {
    ["lanyard-key-id"] = "txn.lanyard_key_id",
    ["lanyard-account-id"] = "txn.lanyard_account_id",
    ["lanyard-scopes"] = "txn.lanyard_scopes",
}

-- All values of a header, as a list that counts from 1. HAProxy's own counts from 0.
local function values(headers, name)
    local list = {}
    for _, value in pairs(headers[name] or {}) do
        list[#list + 1] = value
    end
    return list
end

local function unavailable(txn)
    local reply = txn:reply({ status = 503, reason = "Service Unavailable" })
    reply:add_header("content-type", PROBLEM)
    reply:set_body('{"title":"Service Unavailable","status":503}')
    txn:done(reply)
end

local function denied(txn, answer)
    local reply = txn:reply({ status = answer.status, reason = answer.reason })
    for _, name in ipairs(PASSED) do
        for _, value in ipairs(values(answer.headers, name)) do
            reply:add_header(name, value)
        end
    end
    reply:set_body(answer.body or "")
    txn:done(reply)
end

local function authorize(txn, address)
    txn:set_var("txn.lanyard_granted", false)
    local sent = txn.http:req_get_headers()
    local headers = {
        ["x-original-method"] = { txn.sf:method() },
        ["x-original-uri"] = { txn.sf:pathq() },
        ["x-real-ip"] = { txn.sf:src() },
    }
    -- Every one of them, if there are several: it is Lanyard that tells whether they differ.
    for _, name in ipairs({ "authorization", "x-api-key" }) do
        local found = values(sent, name)
        if #found > 0 then
            headers[name] = found
        end
    end

    local client = core.httpclient()
    local answer = client:get({ url = address, headers = headers, timeout = TIMEOUT })
    local status = answer and tonumber(answer.status) or 0
    if status == 200 then
        for name, variable in pairs(VARIABLES) do
            local value = values(answer.headers, name)[1]
            if value then
                txn:set_var(variable, value)
            end
        end
        txn:set_var("txn.lanyard_granted", true)
    elseif status >= 400 and values(answer.headers, "content-type")[1] == PROBLEM then
        denied(txn, answer)
    else
        unavailable(txn)
    end
end

core.register_action("lanyard", { "http-req" }, authorize, 1)
