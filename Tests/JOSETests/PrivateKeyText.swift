// SPDX-License-Identifier: Apache-2.0
import Testing

/// Private keys that were made for these tests and protect nothing.
struct PrivateKeyText: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pem: String

    private init(_ name: String, _ pem: String) {
        testDescription = name
        self.pem = pem
    }

    // Keys that sign, as `openssl genpkey` writes them, and their public halves from `openssl pkey -pubout`.
    static let rsa = Self(
        "rsa",
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCiGQDF+iuh9aGl
        uvgh+TjgVaA/SM2Wb19LTKSuKVAyU0jk5uT9HCVX4g13+T8LxRjgfskqiH5LrZjg
        V8gyaFLL8D+qC0gGrXervbBdr3frTPJ4rKtiui5ozxR9MgBuN4ZMzWwg9mW3yXxF
        s3gzrkwP2YtEw1DnWHVBxNtUddpMchY4jsu/me+FENN7EeIpHzcZBaubC3tedkZP
        ho0QDI/PwkXQgdWlAHdDi26qAu21mQDnyUJH/Ctz90757lPmJf93XzlTecbMXMqc
        Ng4QQ9ZhzI9YV3DASkeUlEf8x7RMN3uWrJEnySpB1VFfdzHpA8hDZqcdwyr5+Qjn
        VYZ0KwKvAgMBAAECggEAQJtolIAOrgHiCNVJmvjjc36NXUveLUx8ld2ZcZUj0rsh
        PaLNuBhkxe9iYOQl/cH0FV5TPbGjbPRnD1vNflHYVlKOfW77qTWwkfIL/ns2d8F2
        jyR7NuFwJ/QJfZDVXRiiXbAuncC3cBZNgtZyXV7mEBcsDB8w+tRl/+2/YZ2LgZX/
        3GQrkS8eyyToa1GTSumtO38mZnxPY1pf7/vjoUEf3X4vjl/EHGno7RVkg806c4Er
        z/jtd5sjG2ynZ7v9qhXSCDgqpaWLSM5bxtRGnzvyXqwEGOoATgFVhQOAkOBCjYvh
        IkLvj7sS8ppwS5Z6BQ8S0t6qlqgO5JqpAcvfRGjtKQKBgQDkAMY9cz5We4nYqBCb
        D72dPeMbStALikyMnv203AP9AbmTXPhb9PNGt4oQo+jvfbIFNp4UWoQCjPctw3kO
        IQImw4FzKhxz+9wqgFvFTX84cEMNVziu/E8TarkURldnHxp9VK/RT21jS7g3xqVR
        p/405yOarLxMuHdwEioQE0qIFQKBgQC2AIIPmmmS1zbV0K6sOeZWkFLfIgkGKaBF
        FskKuUEzJ79l+OFLExX3tCy1j3VrejnsDIqr7Y+7nut7TilnElMI80Ycqbrt3Yzr
        XYaNwu3XiQU2adkIn5hrP7sZe5GKa/W8P+2yjxLYPi7ejudm3ndzBOek7M0lvAv8
        B4GtW1FsswKBgQDFCVZILJumqURLE5KmLkgy5xSotVJtZqsYqx2derWHpEH3c9S9
        w0Wpy1tpXf0jWoDJuJWMCV0jxyalSdQHvcbaMQJhv/au1O1DXYHxVDOpVnrbwJCf
        yDOeGBCx0MgfueVugg0e2YEy2nDs4qJjmsY4ebdvJ+/ibVfqZggrtEAosQKBgEgG
        FXI1Shg5INMmfSlc1GFnRdRVdLrCmFEe/jpHK50h2qVxAz8hc20OGS9UcUQyH1/h
        arM1FM9LyaaHPO00HDYLh7BqHrZpGY4++bN584N7DtwEsUWvWrL+in1AIE1mAd4Y
        cmlaIzv+B7A9XyefXCfhRgZHS7vmGdwH4HKJE8TvAoGBALLoKBwFO35zsykyc+Dg
        SmjcyDvVKPTAbz8BzmbJNjqwehOLEtANsQu52VSsBEtAgsHTUeJ/FZvxLxKR0w1M
        stVFrxZ9ccHlYilO7azfH1rAoLyIciWiyfM6rZOfmOy+LkopEyfWcpKFbHpehE2S
        fIOPcBZe0AQ4CSzCHKVnzuAF
        -----END PRIVATE KEY-----

        """)
    static let rsaPublic = Self(
        "rsaPublic",
        """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAohkAxforofWhpbr4Ifk4
        4FWgP0jNlm9fS0ykrilQMlNI5Obk/RwlV+INd/k/C8UY4H7JKoh+S62Y4FfIMmhS
        y/A/qgtIBq13q72wXa9360zyeKyrYrouaM8UfTIAbjeGTM1sIPZlt8l8RbN4M65M
        D9mLRMNQ51h1QcTbVHXaTHIWOI7Lv5nvhRDTexHiKR83GQWrmwt7XnZGT4aNEAyP
        z8JF0IHVpQB3Q4tuqgLttZkA58lCR/wrc/dO+e5T5iX/d185U3nGzFzKnDYOEEPW
        YcyPWFdwwEpHlJRH/Me0TDd7lqyRJ8kqQdVRX3cx6QPIQ2anHcMq+fkI51WGdCsC
        rwIDAQAB
        -----END PUBLIC KEY-----

        """)
    static let p256 = Self(
        "p256",
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXMjWrU8m20B7rUmZ
        hgjVlwyQCZmHIazehVul4KjmJIehRANCAAQ8pf7fsiVSttjFbyRHtJHCyftag+2A
        /h54j771dsDbCkmNzxJTQo978MliU/sY92u9zZ84p7edAE07lMQk7g/C
        -----END PRIVATE KEY-----

        """)
    static let p256Public = Self(
        "p256Public",
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPKX+37IlUrbYxW8kR7SRwsn7WoPt
        gP4eeI++9XbA2wpJjc8SU0KPe/DJYlP7GPdrvc2fOKe3nQBNO5TEJO4Pwg==
        -----END PUBLIC KEY-----

        """)
    static let p384 = Self(
        "p384",
        """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC8gslOPOJ9pFHrvTuB
        iVPfkcqy8MIQUmwjSVqlCOtoF7LEIplBWX4Xuu2vS3ndvyehZANiAAQJkyfSl49Z
        esJl5S+cAyS4eHHS9l/KOsIUcMe+G6y5HjbZaurFCQpBXUq+lGVAiaZY9Afs+pp7
        z1+EdiI/6TjkGVle94aiTfd4BtCobEFWPgOVdsfziFzCFWnN+S+PtJk=
        -----END PRIVATE KEY-----

        """)
    static let p384Public = Self(
        "p384Public",
        """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAECZMn0pePWXrCZeUvnAMkuHhx0vZfyjrC
        FHDHvhusuR422WrqxQkKQV1KvpRlQImmWPQH7Pqae89fhHYiP+k45BlZXveGok33
        eAbQqGxBVj4DlXbH84hcwhVpzfkvj7SZ
        -----END PUBLIC KEY-----

        """)
    static let p521 = Self(
        "p521",
        """
        -----BEGIN PRIVATE KEY-----
        MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAuWCcB5BhFtJswng0
        h48PWP3A12LVaiRDvrDXdmhr/wi2Srzf9u9xakq1Go+3K5AWxRaZj9i303RtT/UZ
        JqfCAEihgYkDgYYABAGf16e8NWza3y4ROc93d/8YkcNztB6UNsJ0t2IkIUGHvATI
        DGlXi8t08qEPAwbQ4gi3nUrGLunKhvqzVjC4INmIoAFI1cf5DqXEfkLEYkuLudAY
        z/zhmS6Rf/m1Uf+2oHQ7yFhOeyCzHuV9sQwm+7ieN9hINQMTQIwYgvtN++o6/q3/
        VQ==
        -----END PRIVATE KEY-----

        """)
    static let p521Public = Self(
        "p521Public",
        """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBn9envDVs2t8uETnPd3f/GJHDc7Qe
        lDbCdLdiJCFBh7wEyAxpV4vLdPKhDwMG0OIIt51Kxi7pyob6s1YwuCDZiKABSNXH
        +Q6lxH5CxGJLi7nQGM/84ZkukX/5tVH/tqB0O8hYTnsgsx7lfbEMJvu4njfYSDUD
        E0CMGIL7TfvqOv6t/1U=
        -----END PUBLIC KEY-----

        """)
    static let ed25519 = Self(
        "ed25519",
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIPfXoJWB3pzpHGO4vk5deNVwXW+zEpQjqBftloRQGQcq
        -----END PRIVATE KEY-----

        """)
    static let ed25519Public = Self(
        "ed25519Public",
        """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAzBGu67Yap0E2psDfBTy6QpCrOEzhiVdyeZScAO6ankQ=
        -----END PUBLIC KEY-----

        """)

    // The same keys in other forms: traditional, and without the public half, which libcrypto computes.
    static let rsaTraditional = Self(
        "rsaTraditional",
        """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEpAIBAAKCAQEAohkAxforofWhpbr4Ifk44FWgP0jNlm9fS0ykrilQMlNI5Obk
        /RwlV+INd/k/C8UY4H7JKoh+S62Y4FfIMmhSy/A/qgtIBq13q72wXa9360zyeKyr
        YrouaM8UfTIAbjeGTM1sIPZlt8l8RbN4M65MD9mLRMNQ51h1QcTbVHXaTHIWOI7L
        v5nvhRDTexHiKR83GQWrmwt7XnZGT4aNEAyPz8JF0IHVpQB3Q4tuqgLttZkA58lC
        R/wrc/dO+e5T5iX/d185U3nGzFzKnDYOEEPWYcyPWFdwwEpHlJRH/Me0TDd7lqyR
        J8kqQdVRX3cx6QPIQ2anHcMq+fkI51WGdCsCrwIDAQABAoIBAECbaJSADq4B4gjV
        SZr443N+jV1L3i1MfJXdmXGVI9K7IT2izbgYZMXvYmDkJf3B9BVeUz2xo2z0Zw9b
        zX5R2FZSjn1u+6k1sJHyC/57NnfBdo8kezbhcCf0CX2Q1V0Yol2wLp3At3AWTYLW
        cl1e5hAXLAwfMPrUZf/tv2Gdi4GV/9xkK5EvHssk6GtRk0rprTt/JmZ8T2NaX+/7
        46FBH91+L45fxBxp6O0VZIPNOnOBK8/47XebIxtsp2e7/aoV0gg4KqWli0jOW8bU
        Rp878l6sBBjqAE4BVYUDgJDgQo2L4SJC74+7EvKacEuWegUPEtLeqpaoDuSaqQHL
        30Ro7SkCgYEA5ADGPXM+VnuJ2KgQmw+9nT3jG0rQC4pMjJ79tNwD/QG5k1z4W/Tz
        RreKEKPo732yBTaeFFqEAoz3LcN5DiECJsOBcyocc/vcKoBbxU1/OHBDDVc4rvxP
        E2q5FEZXZx8afVSv0U9tY0u4N8alUaf+NOcjmqy8TLh3cBIqEBNKiBUCgYEAtgCC
        D5ppktc21dCurDnmVpBS3yIJBimgRRbJCrlBMye/ZfjhSxMV97QstY91a3o57AyK
        q+2Pu57re04pZxJTCPNGHKm67d2M612GjcLt14kFNmnZCJ+Yaz+7GXuRimv1vD/t
        so8S2D4u3o7nZt53cwTnpOzNJbwL/AeBrVtRbLMCgYEAxQlWSCybpqlESxOSpi5I
        MucUqLVSbWarGKsdnXq1h6RB93PUvcNFqctbaV39I1qAybiVjAldI8cmpUnUB73G
        2jECYb/2rtTtQ12B8VQzqVZ628CQn8gznhgQsdDIH7nlboINHtmBMtpw7OKiY5rG
        OHm3byfv4m1X6mYIK7RAKLECgYBIBhVyNUoYOSDTJn0pXNRhZ0XUVXS6wphRHv46
        RyudIdqlcQM/IXNtDhkvVHFEMh9f4WqzNRTPS8mmhzztNBw2C4ewah62aRmOPvmz
        efODew7cBLFFr1qy/op9QCBNZgHeGHJpWiM7/gewPV8nn1wn4UYGR0u75hncB+By
        iRPE7wKBgQCy6CgcBTt+c7MpMnPg4Epo3Mg71Sj0wG8/Ac5myTY6sHoTixLQDbEL
        udlUrARLQILB01HifxWb8S8SkdMNTLLVRa8WfXHB5WIpTu2s3x9awKC8iHIlosnz
        Oq2Tn5jsvi5KKRMn1nKShWx6XoRNknyDj3AWXtAEOAkswhylZ87gBQ==
        -----END RSA PRIVATE KEY-----

        """)
    static let p256Traditional = Self(
        "p256Traditional",
        """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIFzI1q1PJttAe61JmYYI1ZcMkAmZhyGs3oVbpeCo5iSHoAoGCCqGSM49
        AwEHoUQDQgAEPKX+37IlUrbYxW8kR7SRwsn7WoPtgP4eeI++9XbA2wpJjc8SU0KP
        e/DJYlP7GPdrvc2fOKe3nQBNO5TEJO4Pwg==
        -----END EC PRIVATE KEY-----

        """)
    static let p384Traditional = Self(
        "p384Traditional",
        """
        -----BEGIN EC PRIVATE KEY-----
        MIGkAgEBBDC8gslOPOJ9pFHrvTuBiVPfkcqy8MIQUmwjSVqlCOtoF7LEIplBWX4X
        uu2vS3ndvyegBwYFK4EEACKhZANiAAQJkyfSl49ZesJl5S+cAyS4eHHS9l/KOsIU
        cMe+G6y5HjbZaurFCQpBXUq+lGVAiaZY9Afs+pp7z1+EdiI/6TjkGVle94aiTfd4
        BtCobEFWPgOVdsfziFzCFWnN+S+PtJk=
        -----END EC PRIVATE KEY-----

        """)
    static let p256WithoutPublic = Self(
        "p256WithoutPublic",
        """
        -----BEGIN EC PRIVATE KEY-----
        MDECAQEEIFzI1q1PJttAe61JmYYI1ZcMkAmZhyGs3oVbpeCo5iSHoAoGCCqGSM49
        AwEH
        -----END EC PRIVATE KEY-----

        """)

    // `openssl ecparam -genkey` puts the name of the curve before the key.
    static let p384WithParameters = Self(
        "p384WithParameters",
        """
        -----BEGIN EC PARAMETERS-----
        BgUrgQQAIg==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MIGkAgEBBDAIrUpkc6AikLQW3hf0iIm38HmXmJI+tdXCnPqABOwj8QdoUMHZNEze
        rPFyDujdxr+gBwYFK4EEACKhZANiAASsVp7Hz/0NH9BuJ7U/BQAZzj84IzyFw3gE
        ZgjzWcMnhEi9vYHKX0MrhOGR5QknKmUs42me0d0K4o5pS/PrTArLfd8uq+dcKoDJ
        FrZMgTvbFcWxdQnZMNWK7D6Y3ChRaJ4=
        -----END EC PRIVATE KEY-----

        """)

    // The numbers of RFC 7515 appendix A.2 and RFC 8037 appendix A.1.
    static let rfc7515A2 = Self(
        "rfc7515A2",
        """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0
        l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pC
        gNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSX
        ndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD
        Zlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8
        q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABAoIBABKucaRpzQorw35S
        bEUAVx8dYXUdZOlJcHtiWQ+dC6V8ljxAHj/PLyzTveyI5QO/xkObCyjIL303l2cf
        UhPu2MFaJdjVzqACXuOrLot/eSFvxjvqVidTtAZExqFRJ9mylUVAoLvhowVWmC1O
        n95fZCXxTUtxNEG1Xcc7m0rtzJKs45J+N/V9DP1edYH6USyPSWGp6wuA+KgHRnKK
        Vf9GRx80JQY7nVNkL17eHoTWEwga+lwi0FEoW9Y7lDtWXYmKBWhUE+U8PGxlJf8f
        40493HDw1WRQ/aSLoS4QTp3rn7gYgeHEvfJdkkf0UMhlknlo53M09EFPdadQ4TlU
        bjqKc50CgYEA4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH/5IB3jw3bcxGn6QLvnE
        tfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw/Py5PJdTJNPY8cQn7ouZ2KKDcmnPG
        BY5t7yLc1QlQ5xHdwW1VhvKn+nXqhJTBgIPgtldC+KDV5z+y2XDwGUcCgYEAuQPE
        fgmVtjL0Uyyx88GZFF1fOunH3+7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYs
        p1ZSe7zFYHj7C6ul7TjeLQeZD/YwD66t62wDmpe/HlB+TnBA+njbglfIsRLtXlnD
        zQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdcCgYAHAp9XcCSrn8wVkMVkKdb7
        DOX4IKjzdahm+ctDAJN4O/y7OW5FKebvUjdAIt2GuoTZ71iTG+7F0F+lP88jtjP4
        U4qe7VHoewl4MKOfXZKTe+YCS1XbNvfgwJ3Ltyl1OH9hWvu2yza7q+d5PCsDzqtm
        27kxuvULVeya+TEdAB1ijQKBgQCH/3r6YrVH/uCWGy6bzV1nGNOdjKc9tmkfOJmN
        54dxdixdpozCQ6U4OxZrsj3FcOhHBsqAHvX2uuYjagqvo3cOj1TRqNocX40omfCC
        Mx3bD1yPPf/6TI2XECva/ggqEY2mYzmIiA5LVVmc5nrybr+lssFKneeyxN2Wq93S
        0iJMdQKBgCGHewxzoa1r8ZMD0LETNrToK423K377UCYqXfg5XMclbrjPbEC3YI1Z
        NqMtuhdBJqUnBi6tjKMF+34Xf0CUN8ncuXGO2CAYvO8PdyCixHX52ybaDjy1FtCE
        6yUXjoKNXKvUm7MWGsAYH6f4IegOetN5NvmUMFStCSkh7ixZLkN1
        -----END RSA PRIVATE KEY-----

        """)
    static let rfc8037A1 = Self(
        "rfc8037A1",
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """)

    // Keys that do not sign here.
    static let rsa1024 = Self(
        "rsa1024",
        """
        -----BEGIN PRIVATE KEY-----
        MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANTTf5lRAZ/eVujr
        5zA5lbhA98RkPq9z8aHVddM+pDEcuAYTs27do6tNaoRcu8+KtzXzAweBUoFr6jkl
        gBR1v/fhneujDe/AcELIltRg4wLQBFhna/9Yf55rEnVb9HT06QiCyNAH6WYM/e3K
        9Yz7QMdGSb5ZqN23zwj6KHAXc4oVAgMBAAECgYEAuMS5laCXWXUNXQBZYSvNSP7W
        XGFvbqGpWQfaWECdCapWNahq8khn7LO0Ux+zSfazIppMufpTZ9sJqP1emeS0eGju
        UHvgg44Gz+l/3Un1N8oVaR5rL3HcNyitAD9RWa+9oDsw9ILZg54iLrvmb7TZHKon
        vdZldGMj6ROxzaRgHQ0CQQD5cUqzpOu7YU3Eldm9T4x1vEARzriwCRshmmui19ny
        LrPFkW1tjuzDAa9greIhcxRLUhHqm60WKDPEtvxWEvCDAkEA2mvIxrIObKHLPydF
        AVKHWZHf53yX4VmQWoZ2mN3cp+gqhcB9r3pQSt0U9ASepbJ/it+FY0MLM/8ZrDs0
        1eZnhwJAB811ar0j6o6WoimV0Agm+p/S2TvAJzGBucFc0JEz7hFr6igsZhrsaQUq
        eTm3Mxiob9q3WMFZ3rGPPP4EUqTxBQJALdRFyWMc4bBFDBg6Q1/EpIeWGmUrHQ6E
        2mmyQrryjIyLN4s/E+2vITYoKlc5znyYhFQIEd7EYAGbqma13Fe+ywJAQZTVYhzU
        QkSQcgr0SwR++rCQeKfs0xxZ5TtL4xlzJqar8OYIrIlajh8solYQaq7zb6HGMLpl
        hwHkyfizCACKrA==
        -----END PRIVATE KEY-----

        """)
    static let pss = Self(
        "pss",
        """
        -----BEGIN PRIVATE KEY-----
        MIIE6wIBADA8BgkqhkiG9w0BAQowL6APMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZI
        hvcNAQEIMA0GCWCGSAFlAwQCAQUABIIEpjCCBKICAQACggEBAK4ClEV2V68kO3VK
        lPMxw1uL1NDvmQhSac0iHYp3efYNKqDZ2MfTCtWi+YxcLW9CN4SAmsVL3KoBCjDq
        cHKjDbPkbbbbGpwhuHhRaaUrwLU5cXOezKHqeMyvWnjpRTEuAaq9xlchrkODVf4t
        NH12OGI5aaj6Mi8O7USfXDHg0eWEsww+h+zoYeyh2ggx+YdGy8dnI8WskdzRFb49
        e6E/TzlRBSA71/Xhx3yovTK7ZgISvAxZgIozjm7rGS7p1RP9ACgyr80BmhMGRKfD
        LVB0Zw/L+YMH3zJMEQg2SpxHnQyhcjrj+ZWactMzXxUG5fggVudanKAHAiiKW8xu
        YWpYCgsCAwEAAQKCAQBM8i8GmFIlzGvObfB3qeWtMaQl0A1ntKm8X/2YIUT5HNFg
        13QYyKXd2ndnLcuZizppiUTnQaiONG+BOeoHhzqj9breRPz7VZ3w9m807qgEeyZD
        7lCmuLw6JsBm/x/to15xVgHCvc4FZKo9/1das1AzfxfN9PUEAiHBWoa2N6gZSV39
        SqelGLm5bhFjCZXQVrqFASSVOyHvbHJV+vTy7FD/CnuQ/Wu8lDkfDQPXBABHKNpM
        TRoQB0/rySI+K7H2th846bN88amOO9sx3wNYWQ5sOGO0p7nRNORBFA5NDSviR6yl
        wP5X7KMUgidg/W+7fCI1t6djbMBo9TcSCynUNskhAoGBANf6ZpvZjHtCot6j5xQM
        2Tkbd+mryy29j5Y+veV/qfY8hCo79zZsO/8jUJyTRTZv5ylte1XScMp2BpHKqMhx
        mKWFoGtT58Dgak/c1L98WI56MgcObUgYp+gFhSwbMMpARvGEvPUqUiuRXDSSeQ7U
        5lvrgsvhPmAFvVTISk6/wCmnAoGBAM5BStKH47zzNh1WsqGwczOEgQEDumORyjpT
        meuW2R7MAfCpmo8BL25/zgyWfPDlBSapr4EQ3ODZQkEC0bVfJjfx477reCJ7mSbz
        5m7AvebiN66RejOo+GKfwH7IFM0UMWH1LM+xCsT3zal5pHvKCvhjUmrHA/Y3q1pp
        o0dtNiD9AoGASO7bBZgSU3FuNIbeuquYEyvOc4863mhb+52WXNCeoXNQIj77vVoR
        bJgNWcJ1petmAVxiQNn+krAGiecI1h9eL88PHA9KfJyL6golocAo23wyNqXNi4If
        +T8b+If6EuJf0qFDefrfoqzEmVA5JyQH4lSGZ7jZam2lwOKeDTe9eZMCgYBL0jzL
        QCE8KLxP9LseLVtsKN2zncc7KzEIWAtRS9btN1nPOsoSoADrwhfhEMFFXSuTlvVp
        oOVR0wxEEeE9p4jJMCbk3HMBWiZm52pidIBbC/YkOl6N9yO4Pbnp4WukKDQvKo4a
        m5614dK85nbM+u0len2luxt9u+FGD2dyrncjkQKBgG+5I81VFXoh0l+Bf5AponLZ
        G/o8sOggbk49AiNt3F5KfScbAKZ0Dc0hseEBp/j2vUfkaWFKhR8J2o+gnnwugd4t
        o6gI377yygu/tbu9yPpUPZ7IR/xrCzFsbZJzs1ScBZZCOt+a59P9T0H8IBkOMpfd
        wccRB+Of/BlY5B4t2l/S
        -----END PRIVATE KEY-----

        """)
    static let p224 = Self(
        "p224",
        """
        -----BEGIN PRIVATE KEY-----
        MHgCAQAwEAYHKoZIzj0CAQYFK4EEACEEYTBfAgEBBBxHcf7H/KUEcvE+D/TD6QPg
        oAFW4+wwuFyVS4fOoTwDOgAEeBuSOo8cKIguVJl9CropbRDluFSYXUzbw5C3wdvF
        Zo547frxamI6WPKw+cWjdqiYxWAOTC5ELYc=
        -----END PRIVATE KEY-----

        """)
    static let secp256k1 = Self(
        "secp256k1",
        """
        -----BEGIN PRIVATE KEY-----
        MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgpqNMIVitUVNAuQhjLCDR
        Eu6cgXmApGI27xB1HWVzkKWhRANCAATOHZqpHZGDFIMcazj9l1dbjmWuYmdCZn/d
        g/COsSI3DgzHvPLqJ73SBz893u8L7hFoUIAK05idT35/oX3vdmSk
        -----END PRIVATE KEY-----

        """)
    static let ed448 = Self(
        "ed448",
        """
        -----BEGIN PRIVATE KEY-----
        MEcCAQAwBQYDK2VxBDsEOd9A0gpIJEeo9YQ2/xn3e5nm6FknSLNW6vMGT8msoU+5
        fK96KoSs+sLL0ECRhr7QEA53AzNVETJ5yw==
        -----END PRIVATE KEY-----

        """)
    static let x25519 = Self(
        "x25519",
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VuBCIEIJBA31/wVlLiMa+0heziIovZc76CyjVCYb2Ku2EkFK9v
        -----END PRIVATE KEY-----

        """)
    static let dsa = Self(
        "dsa",
        """
        -----BEGIN PRIVATE KEY-----
        MIIBWgIBADCCATMGByqGSM44BAEwggEmAoGBANzyPXfrk43Mz6IYevNPbO5G+iXz
        fC/281/i79UfC7dcg7sasu9VwREBsLWhR/ngS6e/QP7PfgvIfGLWTKy9ZK+wdGDW
        IHGy8GqhcLKJZ+jC5BjFQev1tNgSNqkI3mmWk34nEEcjZ/0AYPuBjEGhV9Jidg32
        +iGdbwvm5gW4tZBdAh0AjEyFNuYps8E0wdH5uYBvjQ+5S7PBHMErVVk7OwKBgCsV
        J01EPVZl9xGMkugT2C/pfajHcUehpyaKHcckfHs4kFyKLu9RAgXdXzJEMJGJ5pRb
        aUuhIpqh8TDyBbTMIYYgIlqhWqaUGRnAR+saAi03UvS/NaKefiTcfI218AtiVWwx
        03eGb4ZEm3xiG6a1B6LEGR+X0g/y67tjV4YiKPdlBB4CHCQmaF9OqOT8CZ7Is0Qn
        O/rlgqMSREBIO6sdyOs=
        -----END PRIVATE KEY-----

        """)
    static let p256Explicit = Self(
        "p256Explicit",
        """
        -----BEGIN EC PRIVATE KEY-----
        MIIBaAIBAQQgXMjWrU8m20B7rUmZhgjVlwyQCZmHIazehVul4KjmJIeggfowgfcC
        AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////
        MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr
        vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE
        axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W
        K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8
        YyVRAgEBoUQDQgAEPKX+37IlUrbYxW8kR7SRwsn7WoPtgP4eeI++9XbA2wpJjc8S
        U0KPe/DJYlP7GPdrvc2fOKe3nQBNO5TEJO4Pwg==
        -----END EC PRIVATE KEY-----

        """)
    static let p256ExplicitPKCS8 = Self(
        "p256ExplicitPKCS8",
        """
        -----BEGIN PRIVATE KEY-----
        MIIBeQIBADCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAAB
        AAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA
        ///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMV
        AMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg
        9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8A
        AAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBBG0wawIBAQQgXMjWrU8m20B7
        rUmZhgjVlwyQCZmHIazehVul4KjmJIehRANCAAQ8pf7fsiVSttjFbyRHtJHCyfta
        g+2A/h54j771dsDbCkmNzxJTQo978MliU/sY92u9zZ84p7edAE07lMQk7g/C
        -----END PRIVATE KEY-----

        """)

    // Encrypted with the passphrase "secret".
    static let p256Encrypted = Self(
        "p256Encrypted",
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjX5RuL4d6IJgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOV8O0hlkH+8MGTFpZyFvhsEgZAM
        QUDklhfk6jVsl1ATdt5g50QWJ1vSnj2EH115jVCsoAVGw1++TfJNzUBZXK/qAWIN
        sf4pKrrkzkWVu1KdrDMPggenEV7Vg578c4QCJdbCply/XTJOKo2LdPiAO9Wq/nZY
        jGdVsGcpGjp+Zl0/2jI27MenO7ckuKAefdDlUcMZAuv+EWiXnVkRDnCLCv4aMy4=
        -----END ENCRYPTED PRIVATE KEY-----

        """)
    static let p256TraditionalEncrypted = Self(
        "p256TraditionalEncrypted",
        """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,89250F2B514B95EDE0AAC471FB45E47F
        
        Thp9jFNTkJtIl57R7D7DBEjy/Ja7n6fEbk0pV/ytJ2+nfp+QP9j6oBQc2FPbYtx/
        KMoQG0hLiq610HnT2aAv44fLGbEkOVU22iWHct840Q2SkZFwZOJtmd7iSOoq1/qG
        vifDiOMRKm7yN9Bb26XXSEf2/zMZwY2h5Ar43sOK+rw=
        -----END EC PRIVATE KEY-----

        """)

    // Damaged: one bit of the modulus is another; the public point belongs to another key.
    static let rsaTorn = Self(
        "rsaTorn",
        """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0
        l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pC
        gNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSX
        ndS5z5rexMdbBYU8LA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD
        Zlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8
        q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABAoIBABKucaRpzQorw35S
        bEUAVx8dYXUdZOlJcHtiWQ+dC6V8ljxAHj/PLyzTveyI5QO/xkObCyjIL303l2cf
        UhPu2MFaJdjVzqACXuOrLot/eSFvxjvqVidTtAZExqFRJ9mylUVAoLvhowVWmC1O
        n95fZCXxTUtxNEG1Xcc7m0rtzJKs45J+N/V9DP1edYH6USyPSWGp6wuA+KgHRnKK
        Vf9GRx80JQY7nVNkL17eHoTWEwga+lwi0FEoW9Y7lDtWXYmKBWhUE+U8PGxlJf8f
        40493HDw1WRQ/aSLoS4QTp3rn7gYgeHEvfJdkkf0UMhlknlo53M09EFPdadQ4TlU
        bjqKc50CgYEA4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH/5IB3jw3bcxGn6QLvnE
        tfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw/Py5PJdTJNPY8cQn7ouZ2KKDcmnPG
        BY5t7yLc1QlQ5xHdwW1VhvKn+nXqhJTBgIPgtldC+KDV5z+y2XDwGUcCgYEAuQPE
        fgmVtjL0Uyyx88GZFF1fOunH3+7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYs
        p1ZSe7zFYHj7C6ul7TjeLQeZD/YwD66t62wDmpe/HlB+TnBA+njbglfIsRLtXlnD
        zQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdcCgYAHAp9XcCSrn8wVkMVkKdb7
        DOX4IKjzdahm+ctDAJN4O/y7OW5FKebvUjdAIt2GuoTZ71iTG+7F0F+lP88jtjP4
        U4qe7VHoewl4MKOfXZKTe+YCS1XbNvfgwJ3Ltyl1OH9hWvu2yza7q+d5PCsDzqtm
        27kxuvULVeya+TEdAB1ijQKBgQCH/3r6YrVH/uCWGy6bzV1nGNOdjKc9tmkfOJmN
        54dxdixdpozCQ6U4OxZrsj3FcOhHBsqAHvX2uuYjagqvo3cOj1TRqNocX40omfCC
        Mx3bD1yPPf/6TI2XECva/ggqEY2mYzmIiA5LVVmc5nrybr+lssFKneeyxN2Wq93S
        0iJMdQKBgCGHewxzoa1r8ZMD0LETNrToK423K377UCYqXfg5XMclbrjPbEC3YI1Z
        NqMtuhdBJqUnBi6tjKMF+34Xf0CUN8ncuXGO2CAYvO8PdyCixHX52ybaDjy1FtCE
        6yUXjoKNXKvUm7MWGsAYH6f4IegOetN5NvmUMFStCSkh7ixZLkN1
        -----END RSA PRIVATE KEY-----

        """)
    static let p256Torn = Self(
        "p256Torn",
        """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIFzI1q1PJttAe61JmYYI1ZcMkAmZhyGs3oVbpeCo5iSHoAoGCCqGSM49
        AwEHoUQDQgAE/6M76yuBuQCJP9plfW8ncSNwkJp7n5ybR5NVNMHkIIW2gk/94BYr
        BIF2iPJbxZaHl5iMN1NcvK/XYPJskfjIOw==
        -----END EC PRIVATE KEY-----

        """)

    static let junk = Self("junk", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n!!!!\n-----BEGIN")
}
