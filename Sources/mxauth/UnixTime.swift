// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Seconds since 1970 as people read them (RFC 3339, UTC).
struct UnixTime: CustomStringConvertible {
    private let seconds: Int64

    init(_ seconds: Int64) {
        self.seconds = seconds
    }

    var description: String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
