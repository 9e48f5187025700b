// SPDX-License-Identifier: Apache-2.0
import JOSE

/// A verifier of compact JWS made of nothing but the parts under test, put together as a validator does it.
enum JWS {
    enum Refusal: Error, Equatable {
        case shape(CompactJWS.Shape)
        case headerEncoding, headerJSON(JSONFault), header
        case payloadEncoding, signatureEncoding
        case algorithm, noKey, signature
    }

    /// The payload, if the token is good. A detached payload takes the place of the empty one (RFC 7515 appendix F).
    static func verify(_ token: [UInt8], _ keys: KeySet, detached: [UInt8]? = nil) throws(Refusal) -> [UInt8] {
        var text = token
        if let detached, let dot = token.lastIndex(of: UInt8(ascii: ".")) { text.insert(contentsOf: detached, at: dot) }
        return try text.withView { view in Result { () throws(Refusal) in try verify(view, keys) } }.get()
    }

    static func verify(_ token: String, _ keys: KeySet) throws(Refusal) -> [UInt8] {
        try verify(Array(token.utf8), keys)
    }

    static func refusal(_ token: [UInt8], _ keys: KeySet) -> Refusal? {
        do throws(Refusal) {
            _ = try verify(token, keys)
            return nil
        } catch {
            return error
        }
    }

    private static func verify(_ token: ByteView, _ keys: KeySet) throws(Refusal) -> [UInt8] {
        let parts: CompactJWS
        do throws(CompactJWS.Shape) { parts = try CompactJWS(token) } catch { throw .shape(error) }
        guard let headerText = Base64URL.decode(parts.header) else { throw .headerEncoding }
        let document: Document
        do throws(JSONFault) { document = try Document(headerText) } catch { throw .headerJSON(error) }
        guard let header = try? JOSEHeader(document.object) else { throw .header }
        guard let name = header.alg, let algorithm = SignatureAlgorithm(name: name) else { throw .algorithm }
        guard let payload = Base64URL.decode(parts.payload) else { throw .payloadEncoding }
        guard let signature = Base64URL.decode(parts.signature) else { throw .signatureEncoding }
        let candidates = keys.keys[keys.candidates(for: header.kid)].filter { $0.algorithms.contains(algorithm) }
        guard !candidates.isEmpty else { throw .noKey }
        let isGood = signature.withView { signature in
            candidates.contains { $0.verify(signature, over: parts.signingInput, with: algorithm) == .valid }
        }
        guard isGood else { throw .signature }
        return payload
    }
}
