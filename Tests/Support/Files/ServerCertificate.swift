/// A certificate, its own authority, with the key; valid for a hundred years. Made by
/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -addext subjectAltName=…`.
package struct ServerCertificate: Sendable {
    package let certificate: String
    package let key: String

    /// For localhost and 127.0.0.1.
    package static let here = ServerCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBkTCCATegAwIBAgIUGtXrTd4hHpP9t2HnGk9b9Ym0aFMwCgYIKoZIzj0EAwIw
            DzENMAsGA1UEAwwEaGVyZTAgFw0yNjExMjExNDM4MzZaGA8yMTI2MTAyODE0Mzgz
            NlowDzENMAsGA1UEAwwEaGVyZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC9j
            2q2o4LUn/BoeP35gtdQh6y9xngQMc9w+nUguhHuxMqjID6RwcxtVcn9Px8w89G9J
            20GOrND1TrAu1LN9tgejbzBtMB0GA1UdDgQWBBTOx2ZpRenCyUDhlan2iwxAcYUV
            +DAfBgNVHSMEGDAWgBTOx2ZpRenCyUDhlan2iwxAcYUV+DAPBgNVHRMBAf8EBTAD
            AQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNIADBF
            AiEA+BfQj1rYzi6567p+/1e052w/Irk0dVjhKXR3FIhuee8CIDKciVgyhRWGzXbu
            KF+e16FnlLvpC1jpxUh0bdmNpnin
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsY8d9YF5c2nROMlZ
            g2FTyUgka5g5jpegwSz5MUl6QfmhRANCAAQvY9qtqOC1J/waHj9+YLXUIesvcZ4E
            DHPcPp1ILoR7sTKoyA+kcHMbVXJ/T8fMPPRvSdtBjqzQ9U6wLtSzfbYH
            -----END PRIVATE KEY-----

            """)

    /// For another machine's name, elsewhere.example, alone.
    package static let elsewhere = ServerCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBnjCCAUOgAwIBAgIUVL3oRAzIkRiWSvpseNHAA02AXsYwCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJZWxzZXdoZXJlMCAXDTI2MTEyMTE0MzgzNloYDzIxMjYxMDI4
            MTQzODM2WjAUMRIwEAYDVQQDDAllbHNld2hlcmUwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAAQLwx4dlgYW+Sb//MhQhIazpwPDU8/USXLBs5tYDeOc1MK2tgpuZVpN
            cvcbNWJJU2JG+QomL32+4wJDQQ36eITao3EwbzAdBgNVHQ4EFgQUco5RcsGD0zGE
            UwOrksO62OUfrKYwHwYDVR0jBBgwFoAUco5RcsGD0zGEUwOrksO62OUfrKYwDwYD
            VR0TAQH/BAUwAwEB/zAcBgNVHREEFTATghFlbHNld2hlcmUuZXhhbXBsZTAKBggq
            hkjOPQQDAgNJADBGAiEA0+G6wWWo5V/fo1qBqrgHRhzK+skgi83jSv55lDC/JhMC
            IQC3IAe8yaatro68M2DiUGwQxFLObmhVIItHiHlp/5QzWw==
            -----END CERTIFICATE-----

            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXRLnbd+ohYOhnicm
            Fd/3DiWrqHAVExw6tlCbaJtHPx+hRANCAAQLwx4dlgYW+Sb//MhQhIazpwPDU8/U
            SXLBs5tYDeOc1MK2tgpuZVpNcvcbNWJJU2JG+QomL32+4wJDQQ36eITa
            -----END PRIVATE KEY-----

            """)
}
