/// Certificates for servers and clients of the tests, all of one authority that exists for them alone.
enum TestCertificates {
    /// An authority; its private key was thrown away.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBqTCCAU+gAwIBAgIUSQF1NOmvSB8P4oS1Snf9oaiIjvUwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGFueWFyZCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEwNDI2
        MzhaGA8yMTI2MTAyODA0MjYzOFowITEfMB0GA1UEAwwWTGFueWFyZCB0ZXN0IGF1
        dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLR5ibE5t/mryv13jV8b
        5EB+hNIOW0c/5wJMNEwI0nbYs4x1CfnR5vsP/YKo3A3sdNyV3KIoY+jNE59dyl6Z
        a+SjYzBhMB0GA1UdDgQWBBRQa2XIZl+GSHPBoTYzFmqo/YJ1ezAfBgNVHSMEGDAW
        gBRQa2XIZl+GSHPBoTYzFmqo/YJ1ezAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB
        /wQEAwICBDAKBggqhkjOPQQDAgNIADBFAiEA+zKa9U5zJSK5p1VKLmQeEFGwOYN7
        aZ9wt1hHor8MimICICy7aPjfBM9i5n468qD1T8T2HkaKSm740K8D4jz6axAh
        -----END CERTIFICATE-----
        """

    /// For 127.0.0.1 and localhost, until 2125.
    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBwDCCAWegAwIBAgIUGYV8b1nUgD00p74IyeN+tWAo4skwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGFueWFyZCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEwNDI2
        MzhaGA8yMTI2MTAyODA0MjYzOFowHjEcMBoGA1UEAwwTTGFueWFyZCB0ZXN0IHNl
        cnZlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABI7G5SJZEDjfWDK3V2LiDpvs
        VGngxRvWz4yb9PDOJS/r7jRDPiMjc65yoBROw/o+A1AXCFVN9hGmaGPo/XHmhguj
        fjB8MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDATBgNVHSUEDDAKBggrBgEF
        BQcDATAJBgNVHRMEAjAAMB0GA1UdDgQWBBQh7vM8TuhtDmf429S9TKne4MM1dzAf
        BgNVHSMEGDAWgBRQa2XIZl+GSHPBoTYzFmqo/YJ1ezAKBggqhkjOPQQDAgNHADBE
        AiBbE1dbrtCCplzRTFZWuIBZesGWRw3TxlBU+dWwB2y1dQIgA9DX6frB2YYGEVqV
        IPyZkZdOmqWuSYkN2487i6BfdVg=
        -----END CERTIFICATE-----
        """

    /// Opens nothing but the servers of these tests.
    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJkcq47ADch7o0V8B
        RJ+PS1o2yI6+OQG8fR65+Y7j1aWhRANCAASOxuUiWRA431gyt1di4g6b7FRp4MUb
        1s+Mm/TwziUv6+40Qz4jI3OucqAUTsP6PgNQFwhVTfYRpmhj6P1x5oYL
        -----END PRIVATE KEY-----
        """

    /// For a client, until 2125.
    static let client = """
        -----BEGIN CERTIFICATE-----
        MIIBtzCCAV6gAwIBAgIUGYV8b1nUgD00p74IyeN+tWAo4sowCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGFueWFyZCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEwNDI2
        MzhaGA8yMTI2MTAyODA0MjYzOFowHjEcMBoGA1UEAwwTTGFueWFyZCB0ZXN0IGNs
        aWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBM6o18h2mOj4Y6jektEk4Dd
        +CUa+bgBW8sBM1LHrea2Vq1ILke7dCFoNm5ekqdHWbej98rdglW1k0+D67N8mUqj
        dTBzMBMGA1UdJQQMMAoGCCsGAQUFBwMCMAkGA1UdEwQCMAAwEQYDVR0RBAowCIIG
        Y2xpZW50MB0GA1UdDgQWBBQ+UcRXT4dpg/iy1POvKW1O/BKDxzAfBgNVHSMEGDAW
        gBRQa2XIZl+GSHPBoTYzFmqo/YJ1ezAKBggqhkjOPQQDAgNHADBEAiBGcLkJm01k
        yGZ2edzDcUhKu8aqC6rCDM0agrh+rfBhKAIgO6UozhlEOQnTPJJiobXOruvuGnf6
        oGMFZRNXKOfJkmM=
        -----END CERTIFICATE-----
        """

    /// Opens nothing but the servers of these tests.
    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAmeLSW2imR/dyREm
        ujqFg11RQ+O+zZpoYDlWlzr/GtKhRANCAAQTOqNfIdpjo+GOo3pLRJOA3fglGvm4
        AVvLATNSx63mtlatSC5Hu3QhaDZuXpKnR1m3o/fK3YJVtZNPg+uzfJlK
        -----END PRIVATE KEY-----
        """
}
