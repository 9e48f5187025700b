// SPDX-License-Identifier: Apache-2.0

extension ByteView {
    /// The text in quotation marks for a message: printable ASCII as it is, everything else as \xNN, cut off
    /// after 64 bytes, so that no foreign text can forge a line of a log.
    package var quoted: String {
        "\"\(unquoted)\"" + (count > Self.longestQuotation ? "…" : "")
    }

    private static var longestQuotation: Int { 64 }

    /// The same without the quotation marks.
    package var unquoted: String {
        let hex = ByteView("0123456789abcdef")
        var text: [UInt8] = []
        for i in 0..<min(count, Self.longestQuotation) {
            let byte = base[i]
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "\\"), UInt8(ascii: "x"), hex[Int(byte >> 4)], hex[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
