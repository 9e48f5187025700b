// SPDX-License-Identifier: Apache-2.0

/// Rows in aligned columns. Cells are escaped, and wrapped at spaces; a longer word widens its column, and so does a
/// name, which is shown as it is.
struct Table {
    private let titles: [String]
    private let width: Int
    private let nameColumn: Int?
    private var rows: [(cells: [String], colour: Terminal.Colour?)] = []

    init(_ titles: String..., wrappingAt width: Int, nameColumn: Int? = nil) {
        self.titles = titles
        self.nameColumn = nameColumn
        self.width = width
    }

    /// `colour` is for the first cell.
    mutating func add(_ cells: String..., colour: Terminal.Colour? = nil) {
        rows.append((cells.map { Terminal.escaped($0) }, colour))
    }

    var text: String {
        let wrapped = ([(titles, nil)] + rows).map { row in
            (row.0.enumerated().map { $0 == nameColumn ? [$1] : wrap($1) }, row.1)
        }
        let widths = titles.indices.map { column in
            wrapped.map { row in row.0[column].map(\.count).max() ?? 0 }.max() ?? 0
        }
        var text = ""
        for (cells, colour) in wrapped {
            for line in 0..<(cells.map(\.count).max() ?? 0) {
                var row = ""
                for (column, cell) in cells.enumerated() {
                    let part = line < cell.count ? cell[line] : ""
                    let padding = String(repeating: " ", count: widths[column] - part.count + 2)
                    row += (column == 0 ? colour.map { Terminal.coloured(part, $0) } ?? part : part) + padding
                }
                text += row.withoutTrailingSpaces + "\n"
            }
        }
        return text
    }

    private func wrap(_ cell: String) -> [String] {
        var lines: [String] = []
        for word in cell.split(separator: " ", omittingEmptySubsequences: false) {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
