// SPDX-License-Identifier: Apache-2.0
import CSystem
import JOSE
import Testing

@testable import TokenValidation

/// Secrets and keys that are read from files.
@Suite struct CredentialFileTests {
    /// A file with this content, for as long as `body` runs.
    private func withFile<R>(_ content: [UInt8], _ body: (String) throws -> R) throws -> R {
        var template = Array("/tmp/mxauth-credential-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        defer { unlink(template) }
        try #require(content.isEmpty || write(descriptor, content, content.count) == content.count)
        close(descriptor)
        return try body(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    private func secret(in content: String) throws -> (secret: String, fault: Configuration.Fault?) {
        try withFile(Array(content.utf8)) { path in
            let configuration = try Configuration.complete()
            _ = try configuration.set("issuer.client_secret", "the old one")
            let fault = configuration.fault("issuer.client_secret_file", path)
            return (String(decoding: configuration.issuers[0].client.secret, as: UTF8.self), fault)
        }
    }

    /// One line end is left out, and nothing else.
    @Test(arguments: [("sesame", "sesame"), ("sesame\n", "sesame"), ("sesame\r\n", "sesame"), (" sesame ", " sesame "), (" sesame \n", " sesame ")])
    func secrets(_ content: String, _ expected: String) throws {
        let outcome = try secret(in: content)
        #expect(outcome.fault == nil)
        #expect(outcome.secret == expected)
    }

    @Test(arguments: [
        "", "\n", "\r\n", "sesame\n\n", "sesame\nsecond\n", "\nsesame", "ses\0ame", "sesame\t", String(repeating: "s", count: 4097),
        String(repeating: "s", count: 65_537),
    ])
    func badSecrets(_ content: String) throws {
        let outcome = try secret(in: content)
        #expect(outcome.fault?.status == .optionInvalid && outcome.fault?.option == "issuer.client_secret_file")
        #expect(outcome.fault?.message.contains("sesame") == false)
        #expect(outcome.secret == "the old one")
    }

    /// It is read once: what becomes of the file afterwards changes nothing.
    @Test func keys() throws {
        let configuration = try Configuration.complete()
        try withFile(Array((SignedFixture.pem + "\n").utf8)) { path in _ = try configuration.set("issuer.client_key_file", path) }
        #expect(configuration.issuers[0].client.key?.thumbprint == SignedFixture.key.thumbprint)
        for bad in ["", "x", SignedFixture.publicPEM, String(SignedFixture.pem.dropLast(40)), SignedFixture.pem + "\n" + SignedFixture.otherPEM] {
            let fault = try withFile(Array(bad.utf8)) { configuration.fault("issuer.client_key_file", $0) }
            #expect(fault?.status == .keySetInvalid && fault?.option == "issuer.client_key_file")
            #expect(fault?.message.contains("MIGH") == false)
            #expect(configuration.issuers[0].client.key?.thumbprint == SignedFixture.key.thumbprint)
        }
    }
}
