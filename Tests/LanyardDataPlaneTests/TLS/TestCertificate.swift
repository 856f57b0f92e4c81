/// Two certificates for `localhost`, each with its key, valid until 2126. They protect nothing.
struct TestCertificate {
    let certificate: String
    let key: String

    static let first = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmTCCAT+gAwIBAgIUQf8jQCEshmVr0kqPxlty1UWkHykwCgYIKoZIzj0EAwIw
            FjEUMBIGA1UEAwwLbG9jYWxob3N0IDEwIBcNMjYxMTIxMDUwNjA1WhgPMjEyNjEw
            MjgwNTA2MDVaMBYxFDASBgNVBAMMC2xvY2FsaG9zdCAxMFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAEEW7OMuvac8+zA4rtNuz/Y+qGRBZFKNPYpfF/VSfUkW/uRWVY
            5X+wIxvbhL8hX39iV8iekLA36umUMPjp0n+j0qNpMGcwHQYDVR0OBBYEFPzD+xdt
            EHbP7jJlJZzNSOzaZ+/mMB8GA1UdIwQYMBaAFPzD+xdtEHbP7jJlJZzNSOzaZ+/m
            MA8GA1UdEwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49
            BAMCA0gAMEUCIDTq1aCwiKvni5PTtUbRkNHS4toxxMOhRjEYujEFhajOAiEA8FQj
            +BIqouyATfyBCMn4dj5NoQ7PojxdnRxpVmwRSFs=
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgD9/QH4HLDp3uklnM
            p63CsC7Xa2r+k84UAOnaP/Wo5I6hRANCAAQRbs4y69pzz7MDiu027P9j6oZEFkUo
            09il8X9VJ9SRb+5FZVjlf7AjG9uEvyFff2JXyJ6QsDfq6ZQw+OnSf6PS
            -----END PRIVATE KEY-----

            """)

    static let second = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBmTCCAT+gAwIBAgIUaehpU5+A4HmJc8JpYR5sSBg2ZoUwCgYIKoZIzj0EAwIw
            FjEUMBIGA1UEAwwLbG9jYWxob3N0IDIwIBcNMjYxMTIxMDUwNjA1WhgPMjEyNjEw
            MjgwNTA2MDVaMBYxFDASBgNVBAMMC2xvY2FsaG9zdCAyMFkwEwYHKoZIzj0CAQYI
            KoZIzj0DAQcDQgAEemV7tlVDSGrU5LcH/zwjohy38vhVCqpkRBfc0KS1aSNGqai6
            mxmrPLh+zeOKMPO5tcBfnmKV6cRq4/MiPgcQQqNpMGcwHQYDVR0OBBYEFABqXLzv
            UYOBYeE7L6PMLsVKu3STMB8GA1UdIwQYMBaAFABqXLzvUYOBYeE7L6PMLsVKu3ST
            MA8GA1UdEwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49
            BAMCA0gAMEUCIE2PDwop+WUdQaMpUuhCqx5i6Ydy/PBbh0iJT62v4EBgAiEAxGcI
            2AiO7EG3lA0TmrU0owXo+2YBevewOjGmMhSN5IY=
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrfaZdb0pd726Z99V
            cxOpzzHzsC3lVu0GXwN09mHu4uGhRANCAAR6ZXu2VUNIatTktwf/PCOiHLfy+FUK
            qmREF9zQpLVpI0apqLqbGas8uH7N44ow87m1wF+eYpXpxGrj8yI+BxBC
            -----END PRIVATE KEY-----

            """)
}
