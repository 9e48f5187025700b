// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the command line names: a file, or standard input as "-".
enum Input {
    /// The largest key set that max_key_set_bytes can allow, and more than any token.
    private static let limit = 67_108_864

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        if path == "-" { return try read(descriptor: 0, name: "standard input") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, name: path)
    }

    /// For a command without an argument: standard input, unless somebody would have to type it.
    static func readStandardInput(else hint: String) throws(Failure) -> [UInt8] {
        if Terminal.isInput { throw Failure(hint) }
        return try read("-")
    }

    private static func read(descriptor: Int32, name: String) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("\(name): \(String(cString: strerror(errno)))") }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure("\(name): more than \(limit) bytes.") }
        }
    }
}
