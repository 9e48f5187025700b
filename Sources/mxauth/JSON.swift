// SPDX-License-Identifier: Apache-2.0

/// JSON that the tool itself writes; members keep their order.
enum JSON {
    case text(String)
    case number(Int64)
    case truth(Bool)
    case object(KeyValuePairs<String, JSON>)

    var written: String { written(indent: "") }

    private func written(indent: String) -> String {
        switch self {
        case .text(let text): "\"\(Self.escaped(text))\""
        case .number(let number): "\(number)"
        case .truth(let truth): "\(truth)"
        case .object(let members):
            "{\n"
                + members.map { "\(indent)  \"\($0.key)\": \($0.value.written(indent: indent + "  "))" }
                .joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20: escaped += scalar.jsonEscape
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Unicode.Scalar {
    /// \uNNNN, or two of them.
    var jsonEscape: String {
        String(self).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
