// SPDX-License-Identifier: Apache-2.0

/// The three encoded parts of a JWS in the compact serialization (RFC 7515 section 7.1). Nothing is decoded yet.
package struct CompactJWS {
    package let header: ByteView
    package let payload: ByteView
    package let signature: ByteView
    /// What the signature is over: header, dot and payload as they stand.
    package let signingInput: ByteView

    package enum Shape: Error {
        /// No dot: not one of the JOSE serializations.
        case opaque
        /// Four dots: a JWE (RFC 7516 section 7.1).
        case encrypted
        case malformed
    }

    package init(_ token: ByteView) throws(Shape) {
        var dots = InlineArray<4, Int>(repeating: 0)
        var count = 0
        var rest = token
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            if count == 4 { throw .malformed }
            dots[count] = token.count - rest.count + dot
            count += 1
            rest = rest.dropFirst(dot + 1)
        }
        switch count {
        case 2: break
        case 0: throw .opaque
        case 4: throw .encrypted
        default: throw .malformed
        }
        header = token.slice(0, count: dots[0])
        payload = token.slice(dots[0] + 1, count: dots[1] - dots[0] - 1)
        signature = token.dropFirst(dots[1] + 1)
        signingInput = token.slice(0, count: dots[1])
    }
}
