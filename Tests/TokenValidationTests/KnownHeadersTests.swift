// SPDX-License-Identifier: Apache-2.0
import JOSE
import Testing

@testable import TokenValidation

@Suite struct KnownHeadersTests {
    private let known = KnownHeaders()

    private func header(_ kid: String) -> (encoded: [UInt8], kid: [UInt8]) {
        let text = #"{"alg":"RS256","kid":"\#(kid)"}"#
        return (Array(text.utf8).withView { Base64URL.encode($0) }, Array(kid.utf8))
    }

    private func keep(_ kid: String) {
        let (encoded, kid) = header(kid)
        encoded.withView { encoded in
            kid.withView { kid in
                let parameters = JOSEHeader(alg: ByteView("RS256"), kid: kid, typ: nil)
                known.keep(encoded, KnownHeaders.Header(parameters: parameters, algorithm: .rs256))
            }
        }
    }

    private func kid(of encoded: [UInt8]) -> [UInt8]? {
        encoded.withView { known.find($0)?.parameters.kid.map { [UInt8]($0) } }
    }

    @Test func whatIsKeptIsFound() {
        #expect(kid(of: header("one").encoded) == nil)
        keep("one")
        #expect(kid(of: header("one").encoded) == Array("one".utf8))
        header("one").encoded.withView { encoded in
            #expect(known.find(encoded)?.algorithm == .rs256)
            #expect(known.find(encoded)?.parameters.typ == nil)
        }
    }

    /// Every text but the very one that was kept is another header, wherever it differs.
    @Test func everyByteCounts() {
        keep("a-key-with-a-name")
        let encoded = header("a-key-with-a-name").encoded
        for at in encoded.indices {
            for other in [UInt8(ascii: "A"), encoded[at] ^ 1, encoded[at] ^ 0x80] where other != encoded[at] {
                var text = encoded
                text[at] = other
                #expect(kid(of: text) == nil, "byte \(at)")
            }
        }
        for count in 0..<encoded.count { #expect(kid(of: Array(encoded[..<count])) == nil) }
        #expect(kid(of: encoded + encoded) == nil)
        #expect(kid(of: encoded + [UInt8(ascii: "A")]) == nil)
    }

    /// More headers than places: some are read each time, none is taken for another, and what has its place keeps it.
    @Test func moreThanThereIsRoomFor() {
        keep("first")
        for number in 0..<3000 { keep("key-\(number)") }
        var found = 0
        for number in 0..<3000 {
            guard let kid = kid(of: header("key-\(number)").encoded) else { continue }
            #expect(kid == Array("key-\(number)".utf8))
            found += 1
        }
        #expect((256...512).contains(found))
        #expect(kid(of: header("first").encoded) == Array("first".utf8))
    }

    @Test func tooShortAndTooLong() {
        for text in [[UInt8](repeating: UInt8(ascii: "A"), count: 15), [UInt8](repeating: UInt8(ascii: "A"), count: 513)] {
            text.withView { encoded in
                let parameters = JOSEHeader(alg: nil, kid: nil, typ: nil)
                known.keep(encoded, KnownHeaders.Header(parameters: parameters, algorithm: .rs256))
                #expect(known.find(encoded) == nil)
            }
        }
    }
}
