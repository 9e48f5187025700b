// SPDX-License-Identifier: Apache-2.0

/// Tables of GitHub's Markdown.
enum Markdown {
    static func row(_ cells: String...) -> String {
        "| " + cells.joined(separator: " | ") + " |\n"
    }

    /// Words. Backticks in them are meant.
    static func text(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character == "|" || character == "*" || character == "\\" { escaped.append("\\") }
            if character == "<" { escaped += "&lt;" } else { escaped.append(character) }
        }
        return escaped
    }

    static func code(_ text: String) -> String {
        text.isEmpty ? "" : "`\(text)`"
    }
}
