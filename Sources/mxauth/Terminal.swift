// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Text on its way to whoever reads it.
enum Terminal {
    static var isOutput: Bool { isatty(1) == 1 }
    static var isInput: Bool { isatty(0) == 1 }

    /// https://no-color.org
    static let hasColour = isOutput && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)

    enum Colour: Int {
        case red = 31
        case green = 32
    }

    static func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes `text` as it is, or ends the program: an answer that was not delivered must not look like success.
    static func write(_ text: String, to descriptor: Int32 = 1) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                exit(2)
            }
        }
    }

    static func writeError(_ message: String) {
        write("mxauth: \(escaped(message))\n", to: 2)
    }

    /// JSON goes out unchanged, but to a terminal without characters that could act on it.
    static func writeJSON(_ json: String) {
        guard isOutput else { return write(json + "\n") }
        var shown = ""
        for scalar in json.unicodeScalars {
            if scalar == "\r" || scalar == "\t" {
                shown.append(" ")  // only ever between JSON's tokens
            } else if isActive(scalar), scalar != "\n" {
                shown += scalar.jsonEscape
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        write(shown + "\n")
    }

    /// Foreign text without characters that could act on a terminal or reorder its line.
    static func escaped(_ text: String, keepingLines: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isActive(scalar), !(keepingLines && scalar == "\n") {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
