// SPDX-License-Identifier: Apache-2.0

/// One option on its way to the library, and where it was said.
struct Setting {
    let name: String
    let value: [UInt8]
    let origin: String

    /// "name=value". Key sets do not fit on a line, so issuer.keys also takes "@FILE"; `folder` is where a relative
    /// FILE starts from, with its final slash, or "".
    init(parsing text: String, origin: String, folder: String = "") throws(Failure) {
        guard let equals = text.firstIndex(of: "=") else { throw Failure("\(origin): expected name = value.") }
        name = text[..<equals].trimmed
        self.origin = origin
        let value = text[text.index(after: equals)...].trimmed
        guard name == "issuer.keys", value.hasPrefix("@") else {
            self.value = Array(value.utf8)
            return
        }
        let path = String(value.dropFirst())
        self.value = try Input.read(path.hasPrefix("/") ? path : folder + path)
    }

    init(_ name: String, _ value: [UInt8], origin: String) {
        self.name = name
        self.value = value
        self.origin = origin
    }

    /// Lines of "name = value"; "#" begins a comment line.
    static func read(file path: String) throws(Failure) -> [Setting] {
        guard let text = String(validating: try Input.read(path), as: UTF8.self) else {
            throw Failure("\(path): not UTF-8.")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var settings: [Setting] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            settings.append(try Setting(parsing: line, origin: "\(path):\(index + 1)", folder: folder))
        }
        return settings
    }
}

extension Config {
    /// Sets one option; what the library says about it goes to standard error.
    func apply(_ setting: Setting) throws(Failure) {
        guard !setting.value.contains(0) else { throw Failure("\(setting.origin): \(setting.name) holds a NUL byte.") }
        do throws(Refusal) {
            if let note = try set(setting.name, to: setting.value) {
                Terminal.writeError("\(setting.origin): note: \(setting.name): \(note)")
            }
        } catch {
            throw Failure("\(setting.origin): \(error.subjectAndMessage)")
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
