// SPDX-License-Identifier: Apache-2.0
import CCurl
import JOSE
import TokenValidation

/// One exchange on its way through libcurl. Belongs to the transport's thread.
final class Transfer {
    let easy: CurlLibrary.Easy
    let exchange: Exchange
    private let curl: CurlLibrary
    private var headerLines: CurlLibrary.Lines?
    private var headers: [UInt8] = []
    private var body: [UInt8] = []
    private var isTooLarge = false

    private static var maximumHeaders: Int { 65_536 }

    /// Nil when memory ran out.
    init?(_ exchange: Exchange, _ curl: CurlLibrary, milliseconds: Int64, certificateFile: [UInt8]) {
        guard let easy = curl.makeEasy() else { return nil }
        self.easy = easy
        self.exchange = exchange
        self.curl = curl
        prepare(milliseconds, certificateFile)
    }

    deinit {
        curl.freeEasy(easy)
        curl.freeLines(headerLines)
    }

    private func prepare(_ milliseconds: Int64, _ certificateFile: [UInt8]) {
        curl.set(easy, CURLOPT_URL, exchange.url)
        curl.set(easy, CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
        curl.set(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        curl.set(easy, CURLOPT_USERAGENT, ("libmxauth" as StaticString).utf8Start)
        // The validator judges redirects, and none leaves the origin.
        curl.set(easy, CURLOPT_FOLLOWLOCATION, 0)
        // No signals for timeouts, and no proxy from the environment: the host's process is not ours.
        curl.set(easy, CURLOPT_NOSIGNAL, 1)
        curl.set(easy, CURLOPT_PROXY, ("" as StaticString).utf8Start)
        curl.closeOnExec(easy)
        curl.set(easy, CURLOPT_TIMEOUT_MS, Int(max(milliseconds, 1)))
        curl.set(easy, CURLOPT_SSL_VERIFYPEER, 1)
        curl.set(easy, CURLOPT_SSL_VERIFYHOST, 2)
        curl.set(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if !certificateFile.isEmpty {
            certificateFile.withUnsafeBytes { curl.set(easy, CURLOPT_CAINFO, $0.baseAddress) }
            curl.set(easy, CURLOPT_CAPATH, nil as UnsafeRawPointer?)
        }
        if let body = exchange.body {
            curl.set(easy, CURLOPT_POSTFIELDS, UnsafeRawPointer(body.baseAddress))
            curl.set(easy, CURLOPT_POSTFIELDSIZE, body.count)
        }
        for line in exchange.headerLines {
            line.withUnsafeBytes {
                headerLines = curl.append(headerLines, $0.baseAddress?.assumingMemoryBound(to: CChar.self)) ?? headerLines
            }
        }
        curl.set(easy, CURLOPT_HTTPHEADER, UnsafeRawPointer(headerLines))

        let own = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        curl.set(easy, CURLOPT_HEADERDATA, own)
        curl.set(easy, CURLOPT_HEADERFUNCTION) { data, size, count, user in
            Transfer.own(user)?.take(header: data, size * count) ?? 0
        }
        curl.set(easy, CURLOPT_WRITEDATA, own)
        curl.set(easy, CURLOPT_WRITEFUNCTION) { data, size, count, user in
            Transfer.own(user)?.take(body: data, size * count) ?? 0
        }
    }

    private static func own(_ user: UnsafeMutableRawPointer?) -> Transfer? {
        user.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// libcurl hands over one line at a time. Returning less than `count` ends the transfer.
    private func take(header line: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let bytes = UnsafeRawBufferPointer(start: line, count: count)
        // A status line begins another response: the one before was interim (RFC 9110 section 15.2).
        if bytes.starts(with: "HTTP/".utf8) { headers = [] }
        guard headers.count + count <= Self.maximumHeaders else {
            isTooLarge = true
            return 0
        }
        headers += bytes
        return count
    }

    private func take(body data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard body.count + count <= exchange.maximumResponse else {
            isTooLarge = true
            return 0
        }
        body += UnsafeRawBufferPointer(start: data, count: count)
        return count
    }

    /// Hands what came of it to the validator. It may have given up on the exchange meanwhile.
    func finish(_ result: CURLcode, _ validator: Validator) {
        if result == CURLE_OK {
            let status = curl.httpStatus(easy)
            headers.withView { headers in
                body.withView { body in
                    try? validator.complete(exchange.id, Response(status: status, headers: headers, body: body))
                }
            }
        } else {
            try? validator.fail(exchange.id, failure(result))
        }
    }

    private func failure(_ result: CURLcode) -> ExchangeFailure {
        if isTooLarge { return .tooLarge }
        switch result {
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            return .tls
        default: return .unreachable
        }
    }
}

extension Exchange {
    /// Each line NUL-terminated and without its line end.
    fileprivate var headerLines: [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var at = 0
        while headers[at] != 0 {
            let byte = UInt8(bitPattern: headers[at])
            if byte == 0x0A {
                lines.append(line + [0])
                line = []
            } else if byte != 0x0D {
                line.append(byte)
            }
            at += 1
        }
        return lines
    }
}
