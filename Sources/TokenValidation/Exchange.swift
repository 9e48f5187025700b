// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem
import JOSE

/// One HTTP request that the validator wants done. Immutable; lives until its response is in or it has expired.
package final class Exchange: @unchecked Sendable {
    package let id: UInt64
    let purpose: Purpose
    let address: WebAddress
    let redirectsLeft: Int
    /// Whether 304 is an answer to it.
    let isConditional: Bool
    /// Monotonic milliseconds.
    package let deadline: Int64
    package let maximumResponse: Int
    /// NUL-terminated, as C hosts want them.
    package let url: UnsafePointer<CChar>
    /// Lines of `Name: value` with CRLF at the end of each, NUL-terminated.
    package let headers: UnsafePointer<CChar>
    /// The form to be posted; nil for a GET.
    package let body: UnsafeBufferPointer<CChar>?

    package var method: StaticString { body == nil ? "GET" : "POST" }

    enum Purpose {
        /// Document number `document` of an issuer's metadata.
        case metadata(issuer: Int, document: Int)
        case keySet(issuer: Int)
        case introspection(issuer: Int, Inquiry, isSigned: Bool)
        case revocation(issuer: Int)

        var issuer: Int {
            switch self {
            case .metadata(let issuer, _), .keySet(let issuer), .introspection(let issuer, _, _), .revocation(let issuer):
                issuer
            }
        }
    }

    init(
        id: UInt64, purpose: Purpose, address: WebAddress, redirectsLeft: Int = 0, isConditional: Bool = false,
        headers: [UInt8], body: [UInt8]? = nil, deadline: Int64, maximumResponse: Int
    ) {
        self.id = id
        self.purpose = purpose
        self.address = address
        self.redirectsLeft = redirectsLeft
        self.isConditional = isConditional
        self.deadline = deadline
        self.maximumResponse = maximumResponse
        url = Self.terminated(address.text)
        self.headers = Self.terminated(headers)
        self.body = body.map { UnsafeBufferPointer(start: Self.terminated($0), count: $0.count) }
    }

    /// Headers and body may hold a secret and a token.
    deinit {
        url.deallocate()
        OPENSSL_cleanse(UnsafeMutablePointer(mutating: headers), strlen(headers))
        headers.deallocate()
        if let body, let start = body.baseAddress {
            OPENSSL_cleanse(UnsafeMutablePointer(mutating: start), body.count)
            start.deallocate()
        }
    }

    private static func terminated(_ text: [UInt8]) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
        for index in text.indices { copy[index] = CChar(bitPattern: text[index]) }
        copy[text.count] = 0
        return UnsafePointer(copy)
    }
}

/// What came back.
package struct Response {
    /// 0 if there was no response at all.
    package let status: Int
    package let headers: ByteView
    package let body: ByteView

    package init(status: Int, headers: ByteView, body: ByteView) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why an exchange brought nothing; a label in the metrics and words in the log.
package enum ExchangeFailure: UInt8, CaseIterable, Error {
    case unreachable, timedOut, tls, httpStatus, tooLarge, contentType, redirect, insecure, notJSON, otherIssuer
    case noKeySetAddress, noUsableKey, answer, answerSignature

    package var label: StaticString {
        switch self {
        case .unreachable: "unreachable"
        case .timedOut: "timed_out"
        case .tls: "tls"
        case .httpStatus: "http_status"
        case .tooLarge: "too_large"
        case .contentType: "content_type"
        case .redirect: "redirect"
        case .insecure: "insecure"
        case .notJSON: "not_json"
        case .otherIssuer: "other_issuer"
        case .noKeySetAddress: "no_jwks_uri"
        case .noUsableKey: "no_usable_key"
        case .answer: "answer"
        case .answerSignature: "answer_signature"
        }
    }

    /// What an explanation says was found instead of an answer.
    var words: StaticString {
        switch self {
        case .unreachable: "no answer"
        case .timedOut: "no answer in time"
        case .tls: "a certificate or TLS version that is not trusted"
        case .httpStatus: "an HTTP status other than 200"
        case .tooLarge: "an answer that is too large"
        case .contentType: "an answer that is not JSON by its content type"
        case .redirect: "a redirect"
        case .insecure: "a plain http address"
        case .notJSON, .answer: "an answer that makes no sense"
        case .otherIssuer: "the metadata of another issuer"
        case .noKeySetAddress, .noUsableKey: "no key to check it with"
        case .answerSignature: "an answer without the issuer's signature"
        }
    }
}
