// SPDX-License-Identifier: Apache-2.0
import CSystem

/// What tells one state of a file from another without reading it.
struct FileMark: Equatable {
    let device: UInt
    let inode: UInt
    let size: Int
    let modified: Int
    let modifiedNanoseconds: Int

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        modified = Int(status.st_mtim.tv_sec)
        modifiedNanoseconds = Int(status.st_mtim.tv_nsec)
    }
}

/// Small local files. Paths are NUL-terminated.
enum File {
    struct Content {
        let bytes: [UInt8]
        let mark: FileMark
        /// Owned by us and writable by nobody else.
        let isOnlyOurs: Bool
    }

    enum Fault: Error {
        case absent, unreadable, tooLarge
    }

    static func mark(_ path: [UInt8]) -> FileMark? {
        var status = stat()
        return withPath(path) { mxauth_stat($0, &status) } == 0 ? FileMark(status) : nil
    }

    static func read(_ path: [UInt8], limit: Int) throws(Fault) -> Content {
        let descriptor = withPath(path) { mxauth_open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw .absent }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o170000 == 0o100000 else { throw .unreadable }
        guard status.st_size <= limit else { throw .tooLarge }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                CSystem.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            guard count > 0 else { throw .unreadable }
            filled += count
        }
        let isOnlyOurs = status.st_uid == geteuid() && status.st_mode & 0o022 == 0
        return Content(bytes: bytes, mark: FileMark(status), isOnlyOurs: isOnlyOurs)
    }

    /// Creates the file with mode 0600 and makes sure that it is on disk.
    static func write(_ bytes: [UInt8], to path: [UInt8]) -> Bool {
        let descriptor = withPath(path) {
            mxauth_open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                CSystem.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            guard count > 0 else { return false }
            written += count
        }
        return fsync(descriptor) == 0
    }

    static func rename(_ from: [UInt8], to path: [UInt8]) -> Bool {
        withPath(from) { from in withPath(path) { CSystem.rename(from, $0) } } == 0
    }

    static func remove(_ path: [UInt8]) {
        withPath(path) { path in _ = path.map { unlink($0) } }
    }

    private static func withPath<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>?) -> R) -> R {
        path.withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
    }
}
