/// Bodies as a client would send them, with every field that there is.
enum BodySeeds {
    private static let limits =
        #"[{"name":"burst","amount":10,"window":"1s"},{"name":"tpm","unit":"tokens","amount":100000,"window":"60s"},{"name":"spend","unit":"usd","amount":"5.00","window":"24h"}]"#
    private static let quotas =
        #"[{"name":"monthly","amount":10000,"period":"month"},{"name":"spend","unit":"usd","amount":"5.00","period":"lifetime","alert_at":[50,80,100],"on_outage":"allow"}]"#
    private static let restrictions =
        #""ip_allowlist":["203.0.113.0/24","2001:db8::/32"],"methods":["GET","POST"],"paths":["/v1/invoices/**"]"#

    private static let key =
        #""name":"billing cron","project":"payments","account":"acct_06Fq2l3J7rFvDy4SgXk6Wb","environment":"live","#
        + #""scopes":["invoices:read","lanyard:verify@payments"],"roles":["reader"],"plan":"free","limits":\#(limits),"#
        + #""quotas":\#(quotas),"in_flight":8,\#(restrictions),"proof":"any","not_before":"2026-11-21T03:07:00Z","expires_in":"90d","#
        + #""allow_self_rotate":true,"metadata":{"team":"billing","depth":[1,{"a":null}]}"#

    static let keys = ["{\(key)}", #"{"name":"a"}"#, #"{"name":"b","quotas":[],"expires_at":"2030-01-01T00:00:00Z"}"#]
    static let patches = [
        "{}", #"{"account":null,"plan":null,"in_flight":null,"not_before":null,"expires_at":null}"#,
        #"{"name":"other","scopes":[],"limits":[],"metadata":{}}"#, #"{"external_id":null,"billing_day":28}"#,
        #"{"project":null,"environment":null,"scope":null,"key_from":["x-api-key"]}"#,
    ]
    static let imports = [
        #"{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","name":"old"}"#,
        #"{"digest":"sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",\#(key)}"#,
    ]
    static let actions = [
        "{}", #"{"grace":"24h"}"#, #"{"grace":"0s"}"#, #"{"reason":"leaked in a log"}"#, #"{"reason":""}"#,
    ]
    static let credits = [
        #"{"unit":"usd","amount":"-5.00","quota":"prepaid","reason":"invoice 4711"}"#,
        #"{"unit":"tokens","amount":-1}"#,
    ]
    static let lookups = [
        #"{"secret":"lyd_live_0000000000000000000000000000000000000000000000000"}"#,
        #"{"digest":"sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}"#, #"{"secret":"a","digest":"b"}"#,
    ]

    private static let check =
        #""secret":"lyd_live_0000000000000000000000000000000000000000000000000","scope":"a and (b or c)","#
        + #""costs":{"requests":2,"tokens":100,"usd":"0.05"},"ip":"203.0.113.9","method":"GET","path":"/v1/invoices/7","#
        + #""environment":"live","project":"payments""#
    static let checks = [
        "{\(check),\"tags\":[\"a\",\"b\"]}", #"{"secret":""}"#, #"{"secret":"x","ip":"::1","costs":{}}"#,
    ]
    static let batches = [
        #"{"checks":[{"secret":"a"},{\#(check)}]}"#, #"{"checks":[]}"#, #"{"checks":[{"secret":""}]}"#,
    ]
    static let finishes = [
        #"{"grant_id":"grant_06Fq2nT6bXcVm9LsDw4Guz"}"#,
        #"{"grant_id":"grant_0000000000000000000000","actual":{"requests":1,"tokens":12,"usd":"0.000000001"}}"#,
    ]
    static let explanations = [
        #"{"key_id":"key_06Fq2mXv9TbLw3ZrYc81Ke","policy":"front","proof":"bearer"}"#,
        "{\(check),\"proof\":\"signature\"}",
    ]
    static let accounts = [
        #"{"name":"Acme Ltd","external_id":"cus_481","billing_day":1,"limits":\#(limits),"metadata":{"é":"\u00e9"}}"#,
        #"{"name":"b","external_id":null}"#,
    ]
    static let plans = [
        #"{"name":"free","scopes":["a:read","b:*"],"limits":\#(limits),"quotas":\#(quotas),"in_flight":null}"#,
        #"{"name":"p.1"}"#,
    ]
    static let policies = [
        #"{"name":"front","project":"payments","environment":"live","scope":"a or b","costs":{"requests":0},"#
            + #""dialect":"nginx","key_from":["bearer","x-api-key","header:x-key","basic","query:key"],\#(restrictionsOfPolicy)}"#,
        #"{"name":"b","scope":null}"#,
    ]
    private static let restrictionsOfPolicy = #""methods":["GET"],"paths":["/a/*","/b/**"]"#
    static let projects = [
        #"{"name":"payments","prefix":"pay","environments":["live","test"]}"#, #"{"environments":["live"]}"#,
        #"{"name":"x"}"#,
    ]
    static let roles = [
        #"{"name":"reader","scopes":["a:read","*:list"]}"#, #"{"name":"r","scopes":[]}"#, #"{"scopes":["*"]}"#,
    ]

    static let tokens = [
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "{}", "[]", "\"\"", "\"a\"", "\"name\":", "\"scopes\":[",
        "\"limits\":[", "\"amount\":", "\"window\":\"1s\"", "\"unit\":\"usd\"", "\"expires_at\":null,",
        "\"quotas\":[{}],",
        "\\u0000", "\\ud800", "\"5.00\"", "\"*\"", "\"lanyard:admin\"", "\"key_06Fq2mXv9TbLw3ZrYc81Ke\"", "1e3", "-1",
        "0.5",
        "\"::/0\"", "\"/**\"", "\"31d\"", "\"999999999999d\"", "\"environment\":\"live\",", "\"reason\":\"x\",",
    ]
}
