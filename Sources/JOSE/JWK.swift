// SPDX-License-Identifier: Apache-2.0

/// One entry of a key set as far as it can be read before its numbers are: what it is called, what it claims to be
/// for, and which algorithms that leaves (RFC 7517 section 4).
struct JWK {
    let node: JSONNode
    let kid: [UInt8]?
    let type: KeyType
    let algorithms: AlgorithmSet

    init(_ node: JSONNode) throws(KeyProblem) {
        guard node.isObject else { throw KeyProblem("not a JSON object") }
        self.node = node
        kid = try Self.text(node, "kid").map { [UInt8]($0) }
        type = try Self.type(of: node)
        try Self.checkUse(of: node)
        try Self.checkKeyOperations(of: node)

        guard let name = try Self.text(node, "alg") else {
            algorithms = type.algorithms
            return
        }
        guard let algorithm = SignatureAlgorithm(name: name) else {
            throw KeyProblem("alg: \(name.quoted) is not a signature algorithm")
        }
        guard type.algorithms.contains(algorithm) else {
            throw KeyProblem("alg: \(String(algorithm.name)) does not go with this kty or crv")
        }
        algorithms = type.curve?.isEdwards == true ? type.algorithms : AlgorithmSet(algorithm)
    }

    /// Reads the numbers of the key and checks them.
    func key() throws(KeyProblem) -> VerificationKey {
        let material: KeyMaterial
        let bits: Int
        switch type {
        case .rsa:
            for member: StaticString in ["d", "p", "q", "dp", "dq", "qi", "oth"] { try refusePrivate(member) }
            let n = try unsignedInteger("n")
            material = KeyMaterial(publicKey: try PublicKey.rsa(n: n, e: try unsignedInteger("e")))
            bits = n.count * 8 - n[0].leadingZeroBitCount
        case .ec(let curve):
            try refusePrivate("d")
            let x = try coordinate("x", curve)
            material = KeyMaterial(publicKey: try PublicKey.ec(curve, x: x, y: try coordinate("y", curve)))
            bits = curve.bits
        case .okp(let curve):
            try refusePrivate("d")
            material = KeyMaterial(publicKey: try PublicKey.okp(curve, x: try coordinate("x", curve)))
            bits = curve.bits
        case .oct:
            let secret = try bytes("k")
            try Self.check(secret: secret, for: algorithms)
            material = KeyMaterial(secret: secret)
            bits = secret.count * 8
        }
        var algorithms = self.algorithms
        if case .oct = type {
            for algorithm in SignatureAlgorithm.allCases where algorithm.hashSize * 8 > bits {
                algorithms.remove(AlgorithmSet(algorithm))
            }
        }
        return VerificationKey(kid: kid, type: type, algorithms: algorithms, bits: bits, material: material)
    }

    // MARK: What it is for

    private static func type(of node: JSONNode) throws(KeyProblem) -> KeyType {
        guard let kty = try text(node, "kty") else { throw KeyProblem("kty: missing") }
        if kty == "RSA" { return .rsa }
        if kty == "oct" { return .oct }
        guard kty == "EC" || kty == "OKP" else { throw KeyProblem("kty: \(kty.quoted) is not a type we verify with") }
        guard let crv = try text(node, "crv") else { throw KeyProblem("crv: missing") }
        for curve in Curve.allCases where crv == curve.name && curve.isEdwards == (kty == "OKP") {
            return curve.isEdwards ? .okp(curve) : .ec(curve)
        }
        throw KeyProblem("crv: \(crv.quoted) is not a signature curve of kty \(kty.quoted)")
    }

    private static func checkUse(of node: JSONNode) throws(KeyProblem) {
        if let use = try text(node, "use"), !(use == "sig") {
            throw KeyProblem("use: \(use.quoted), not \"sig\"")
        }
    }

    /// RFC 7517 section 4.3: an array of distinct strings, which must name "verify" here.
    private static func checkKeyOperations(of node: JSONNode) throws(KeyProblem) {
        guard let operations = node.member("key_ops") else { return }
        guard operations.isArray else { throw KeyProblem("key_ops: not an array") }
        // RFC 7517 lists eight operations; a longer list names some twice or is nobody's.
        guard operations.elementCount <= 16 else { throw KeyProblem("key_ops: too many entries") }
        var mayVerify = false
        for i in 0..<operations.elementCount {
            guard let operation = operations.element(i)?.string else {
                throw KeyProblem("key_ops: an entry is not a string")
            }
            if operation == "verify" { mayVerify = true }
            for j in 0..<i {
                if let earlier = operations.element(j)?.string, earlier == operation {
                    throw KeyProblem("key_ops: \(operation.quoted) stands twice")
                }
            }
        }
        guard mayVerify else { throw KeyProblem("key_ops: \"verify\" is not among them") }
    }

    // MARK: Its numbers

    /// A published private key is everybody's: whoever fetched the set can sign with it.
    private func refusePrivate(_ member: StaticString) throws(KeyProblem) {
        if node.member(member) != nil {
            throw KeyProblem("\(String(member)): this is a private key, which must not be published; replace it")
        }
    }

    private func bytes(_ name: StaticString) throws(KeyProblem) -> [UInt8] {
        guard let text = try Self.text(node, name) else { throw KeyProblem("\(String(name)): missing") }
        guard let bytes = Base64URL.decode(text) else { throw KeyProblem("\(String(name)): not strict base64url") }
        guard !bytes.isEmpty else { throw KeyProblem("\(String(name)): empty") }
        return bytes
    }

    /// Base64urlUInt (RFC 7518 section 2): no leading zero octets. Cut off well above the largest key, before
    /// libcrypto makes a number of it.
    private func unsignedInteger(_ name: StaticString) throws(KeyProblem) -> [UInt8] {
        let bytes = try bytes(name)
        guard bytes[0] != 0 else { throw KeyProblem("\(String(name)): leading zero octets (RFC 7518 section 2)") }
        guard bytes.count <= 2048 else { throw KeyProblem("\(String(name)): \(bytes.count) bytes are too many") }
        return bytes
    }

    /// RFC 7518 section 6.2.1.2 and RFC 8037 section 2: exactly the full size.
    private func coordinate(_ name: StaticString, _ curve: Curve) throws(KeyProblem) -> [UInt8] {
        let bytes = try bytes(name)
        guard bytes.count == curve.fieldSize else {
            throw KeyProblem("\(String(name)): \(bytes.count) bytes where \(curve.fieldSize) are needed")
        }
        return bytes
    }

    /// RFC 7518 section 3.2: at least as long as the hash. Text of a public key is no secret (CVE-2022-29217).
    private static func check(secret: [UInt8], for algorithms: AlgorithmSet) throws(KeyProblem) {
        let least = algorithms.contains(.hs256) ? 32 : algorithms.contains(.hs384) ? 48 : 64
        guard secret.count >= least else {
            throw KeyProblem("k: \(secret.count) bytes where at least \(least) are needed (RFC 7518 section 3.2)")
        }
        let isKeyText = secret.withView { secret in
            var start = 0
            while start < secret.count, secret[start] <= 0x20 { start += 1 }
            let text = secret.dropFirst(start)
            if text.hasPrefix("-----BEGIN") || text.hasPrefix("ssh-") || text.hasPrefix("ecdsa-sha2-") { return true }
            // A JWK or JWKS whatever its layout: no secret is a JSON text by chance.
            return text.hasPrefix("{") && (try? JSONTree(parsing: text)) != nil
        }
        if isKeyText || secret.withView(PEM.isPublicDER) { throw KeyProblem("k: this is a key, not a secret") }
    }

    private static func text(_ node: JSONNode, _ name: StaticString) throws(KeyProblem) -> ByteView? {
        guard let member = node.member(name) else { return nil }
        guard let text = member.string else { throw KeyProblem("\(String(name)): not a string") }
        return text
    }
}
