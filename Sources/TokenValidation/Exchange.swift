// SPDX-License-Identifier: Apache-2.0
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

    enum Purpose {
        /// Document number `document` of an issuer's metadata.
        case metadata(issuer: Int, document: Int)
        case keySet(issuer: Int)

        var issuer: Int {
            switch self {
            case .metadata(let issuer, _), .keySet(let issuer): issuer
            }
        }
    }

    init(
        id: UInt64, purpose: Purpose, address: WebAddress, redirectsLeft: Int, isConditional: Bool, headers: [UInt8],
        deadline: Int64, maximumResponse: Int
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
    }

    deinit {
        url.deallocate()
        headers.deallocate()
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
    case noKeySetAddress, noUsableKey

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
        }
    }
}
