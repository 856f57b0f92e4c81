/// Objects as the server shows them.
enum Samples {
    static let keyID = "key_06Fq2mXv9TbLw3ZrYc81Ke"
    static let accountID = "acct_06Fq2l3J7rFvDy4SgXk6Wb"
    static let secret = "lyd_live_ZXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000000"

    static let key = key()

    static func key(name: String = "billing cron", status: String = "active", id: String = keyID) -> String {
        """
        {"id":"\(id)","name":"\(name)","project":{"id":"proj_06Fq2kWc5NhMx8BtQz92Lp","name":"payments"},\
        "account":{"id":"\(accountID)","external_id":"cus_481","name":"Acme Ltd"},"environment":"live",\
        "status":"\(status)","hint":"x7Qa","scopes":["invoices:read"],"roles":[],"plan":"free",\
        "limits":[{"name":"burst","unit":"requests","amount":10,"window":"1s"},\
        {"name":"tpm","unit":"tokens","amount":100000,"window":"1m"}],"quotas":[],"in_flight":8,\
        "ip_allowlist":["203.0.113.0/24"],"methods":["GET"],"paths":["/v1/invoices/**"],"proof":"any","imported":false,\
        "not_before":null,"expires_at":"2026-05-30T09:30:00.000Z","disabled":false,"revoked_at":null,\
        "revoke_reason":null,"allow_self_rotate":false,"metadata":{"team":"billing"},\
        "created_at":"2026-03-01T09:30:00.000Z","updated_at":"2026-03-01T09:30:00.000Z","last_used_at":null}
        """
    }

    static let applied = #""acknowledged_by":["node_06Fq2mXv9TbLw3ZrYc81Ke"],"pending":[],"elapsed_ms":1.4"#

    static func list(_ entries: [String], next: String? = nil) -> String {
        #"{"data":[\#(entries.joined(separator: ","))],"next_cursor":\#(next.map { "\"\($0)\"" } ?? "null")}"#
    }
}
