// SPDX-License-Identifier: Apache-2.0
import JOSE

/// CRC-32/ISO-HDLC, the one of zlib and Ethernet: reflected polynomial 0xEDB88320, all ones before and after.
enum CRC32 {
    /// Bit by bit: what is summed is shorter than a table.
    static func checksum(_ bytes: ByteView) -> UInt32 {
        var sum = UInt32.max
        for i in 0..<bytes.count {
            sum ^= UInt32(bytes[i])
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
        return ~sum
    }
}
