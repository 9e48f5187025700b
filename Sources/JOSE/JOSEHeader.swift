// SPDX-License-Identifier: Apache-2.0

/// The header parameters that a verifier acts on. `jwk`, `jku`, `x5u` and `x5c` are not even read: a token never
/// brings its own key (RFC 8725 section 3.10).
package struct JOSEHeader {
    package let alg: ByteView?
    package let kid: ByteView?
    package let typ: ByteView?

    package enum Fault: Error {
        /// A parameter that must be a string is none.
        case notAString(StaticString)
        /// `crit` breaks the rules for `crit` itself.
        case critMalformed
        /// `crit` names an extension, and we implement none.
        case critUnsupported(ByteView)
        /// RFC 7797 section 7: JWTs have no unencoded payload.
        case unencodedPayload
    }

    package init(alg: ByteView?, kid: ByteView?, typ: ByteView?) {
        self.alg = alg
        self.kid = kid
        self.typ = typ
    }

    package init(_ object: JSONObject) throws(Fault) {
        try Self.checkCritical(object)
        if let b64 = object.member("b64"), b64.kind != .true { throw .unencodedPayload }
        alg = try Self.string(object, "alg")
        kid = try Self.string(object, "kid")
        typ = try Self.string(object, "typ")
    }

    private static func string(_ object: JSONObject, _ name: StaticString) throws(Fault) -> ByteView? {
        guard let member = object.member(name) else { return nil }
        guard let string = member.string else { throw .notAString(name) }
        return string
    }

    /// RFC 7515 section 4.1.11: not empty, strings only, none twice, none that the RFC itself defines, and each of
    /// them present.
    private static func checkCritical(_ object: JSONObject) throws(Fault) {
        guard let crit = object.member("crit") else { return }
        guard crit.kind == .array, crit.elementCount > 0, crit.elementCount <= 16 else { throw .critMalformed }
        for i in 0..<crit.elementCount {
            guard let name = crit.element(i).string, object.member(name) != nil, !isRegistered(name) else {
                throw .critMalformed
            }
            for j in 0..<i {
                if let earlier = crit.element(j).string, earlier == name { throw .critMalformed }
            }
        }
        if let first = crit.element(0).string { throw .critUnsupported(first) }
    }

    /// The parameters of RFC 7515 section 4.1 and RFC 7518 section 4, which must not stand in `crit`.
    private static func isRegistered(_ name: ByteView) -> Bool {
        let names: [StaticString] = [
            "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "epk", "apu", "apv",
            "iv", "tag", "p2s", "p2c", "enc", "zip",
        ]
        return names.contains { name == $0 }
    }
}
