// SPDX-License-Identifier: Apache-2.0
import CSystem
import Glibc
import JOSE
import Testing

@testable import TokenValidation

/// A directory of its own for each test, gone afterwards.
final class TemporaryDirectory {
    let path: String

    init() {
        var name = Array("/tmp/mxauth-test-XXXXXX\0".utf8CString)
        path = name.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
        }
    }

    deinit {
        for name in names { unlink("\(path)/\(name)"); rmdir("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func read(_ name: String) -> String? {
        let bytes = try? File.read(Array("\(path)/\(name)\0".utf8), limit: 1 << 26).bytes
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    func write(_ text: String, to name: String) {
        File.remove(Array("\(path)/\(name)\0".utf8))
        #expect(File.write(Array(text.utf8), to: Array("\(path)/\(name)\0".utf8)))
    }
}

@Suite struct StateDirectoryTests {
    private let directory = TemporaryDirectory()
    private let issuer = Array(Fixture.issuer.utf8)
    private var state: StateDirectory { StateDirectory(path: Array(directory.path.utf8)) }

    private func save(_ text: String = Fixture.set(Fixture.keyA), at wallSeconds: Int64 = 1_800_000_000) throws -> String {
        state.save(bytes(text), of: issuer, at: wallSeconds)
        return try #require(directory.names.first)
    }

    private func fault(limit: Int = 4096, of issuer: String = Fixture.issuer) -> StateDirectory.LoadFault? {
        do throws(StateDirectory.LoadFault) {
            _ = try state.load(issuer: Array(issuer.utf8), limit: limit)
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ name: String) -> UInt32 {
        var status = stat()
        return mxauth_stat("\(directory.path)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test(arguments: [0, 1, 1_800_000_000, 253_402_300_799, -1, .max] as [Int64])
    func loadsWhatWasSaved(_ wallSeconds: Int64) throws {
        _ = try save(at: wallSeconds)
        let saved = try state.load(issuer: issuer, limit: 4096)
        #expect(saved.fetchedAt == wallSeconds)
        #expect(saved.keySet.keys.count == 1)
    }

    /// Quotation marks and white space double on their way into the file; a set at the limit has to come back.
    @Test func loadsASetAtTheLimit() throws {
        let padding = String(repeating: "\n", count: 3000)
        let text = Fixture.set(Fixture.keyA, Fixture.keyB) + padding
        _ = try save(text)
        #expect(fault(limit: text.utf8.count) == nil)
    }

    @Test func writesOneFileForItsOwnerOnly() throws {
        let name = try save()
        #expect(directory.names.count == 1)
        #expect(name.hasPrefix("keys-") && name.hasSuffix(".json") && name.utf8.count == 5 + 32 + 5)
        #expect(mode(name) == 0o600)
    }

    @Test func replacesAsAWholeAndLeavesNothingBehind() throws {
        let name = try save()
        let old = open("\(directory.path)/\(name)", O_RDONLY | O_CLOEXEC)
        defer { close(old) }
        for round in 1...50 { _ = try save(Fixture.set(Fixture.keyA, Fixture.keyB), at: Int64(round)) }
        #expect(directory.names == [name])
        #expect(try state.load(issuer: issuer, limit: 4096).keySet.keys.count == 2)
        // Whoever had the old file open still reads all of it: it was replaced, not written over.
        var status = stat()
        #expect(fstat(old, &status) == 0 && status.st_nlink == 0 && status.st_size > 0)
    }

    @Test func keepsIssuersApart() throws {
        let name = try save()
        #expect(fault(of: "https://other.example") == .absent)
        state.save(bytes(Fixture.set(Fixture.keyB)), of: Array("https://other.example".utf8), at: 5)
        #expect(directory.names.count == 2)
        #expect(try state.load(issuer: issuer, limit: 4096).fetchedAt == 1_800_000_000)
        // One issuer's file under the other's name.
        let other = try #require(directory.names.first { $0 != name })
        #expect(rename("\(directory.path)/\(other)", "\(directory.path)/\(name)") == 0)
        #expect(fault() == .damaged)
    }

    /// No part of an issuer's name gets into a path.
    @Test(arguments: ["https://e.example/../../x", "../x", "/etc/passwd", "a/b", ".", "..", "a\0b", "\u{E9}"])
    func staysInItsDirectory(_ name: String) {
        state.save(bytes(Fixture.set(Fixture.keyA)), of: Array(name.utf8), at: 1)
        #expect(directory.names.allSatisfy { $0.hasPrefix("keys-") && $0.utf8.count == 42 })
    }

    @Test func findsNothingInAnEmptyOrMissingDirectory() {
        #expect(fault() == .absent)
        let missing = StateDirectory(path: Array("\(directory.path)/none".utf8))
        missing.save(bytes(Fixture.set(Fixture.keyA)), of: issuer, at: 1)
        #expect(throws: StateDirectory.LoadFault.absent) { try missing.load(issuer: issuer, limit: 4096) }
        #expect(directory.names.isEmpty)
    }

    @Test(arguments: [
        "", "x", "{}", "[]", "null", "{\"issuer\":\"https://issuer.example\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1}",
        "{\"issuer\":\"https://issuer.example\",\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"fetched_at\":1,\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example/\",\"fetched_at\":1,\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":\"1\",\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1.5,\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":9223372036854775808,\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1,\"key_set\":{\"keys\":[]}}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1,\"key_set\":\"\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1,\"key_set\":\"{}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1,\"fetched_at\":2,\"key_set\":\"{\\\"keys\\\":[]}\"}",
        "{\"issuer\":\"https://issuer.example\",\"fetched_at\":1,\"key_set\":\"{\\\"keys\\\":[]}\"} trailing",
    ])
    func refusesDamage(_ text: String) throws {
        let name = try save()
        directory.write(text, to: name)
        #expect(fault() == .damaged)
    }

    /// A power cut may leave any part of a file.
    @Test func refusesEveryTruncation() throws {
        let name = try save()
        let whole = Array(try #require(directory.read(name)).utf8)
        for length in 0..<whole.count where length < 8 || length % 97 == 0 || length > whole.count - 8 {
            directory.write(String(decoding: whole[..<length], as: UTF8.self), to: name)
            #expect(fault() == .damaged, "\(length) bytes of \(whole.count)")
        }
    }

    @Test(arguments: [0o620, 0o602, 0o622, 0o660, 0o606, 0o666, 0o777])
    func refusesWhatOthersMayWrite(_ mode: UInt32) throws {
        let name = try save()
        #expect(chmod("\(directory.path)/\(name)", mode) == 0)
        #expect(fault() == .damaged)
        // The next save makes it ours again.
        _ = try save()
        #expect(fault() == nil)
        #expect(self.mode(name) == 0o600)
    }

    @Test(arguments: [0o600, 0o400, 0o640, 0o644]) func acceptsWhatOthersMayOnlyRead(_ mode: UInt32) throws {
        let name = try save()
        #expect(chmod("\(directory.path)/\(name)", mode) == 0)
        #expect(fault() == nil)
    }

    @Test func refusesWhatIsTooLarge() throws {
        let name = try save()
        let text = try #require(directory.read(name))
        directory.write(text + String(repeating: " ", count: 2 * 1024 + 4096), to: name)
        #expect(fault(limit: 1024) == .damaged)
        #expect(fault(limit: 4096) == nil)
    }

    @Test func refusesADirectoryInItsPlace() throws {
        let name = try save()
        unlink("\(directory.path)/\(name)")
        #expect(mkdir("\(directory.path)/\(name)", 0o700) == 0)
        #expect(fault() == .damaged)
        // The rename fails then, and no temporary file stays.
        state.save(bytes(Fixture.set(Fixture.keyA)), of: issuer, at: 1)
        #expect(directory.names == [name])
    }

    private var temporaryName: String {
        let path = String(decoding: state.temporaryPath(of: issuer).dropLast(), as: UTF8.self)
        return String(path.dropFirst(directory.path.count + 1))
    }

    @Test func doesNotWriteThroughALinkAtTheTemporaryName() throws {
        _ = try save()
        directory.write("mine", to: "victim")
        #expect(symlink("\(directory.path)/victim", "\(directory.path)/\(temporaryName)") == 0)
        state.save(bytes(Fixture.set(Fixture.keyB)), of: issuer, at: 7)
        #expect(directory.read("victim") == "mine")
        #expect(try state.load(issuer: issuer, limit: 4096).fetchedAt == 7)
    }

    /// A temporary file that a crash has left, or somebody has laid out, lends its mode to the new file.
    @Test func doesNotTakeOverALeftOverTemporaryFile() throws {
        _ = try save()
        directory.write("left over", to: temporaryName)
        #expect(chmod("\(directory.path)/\(temporaryName)", 0o666) == 0)
        state.save(bytes(Fixture.set(Fixture.keyB)), of: issuer, at: 7)
        #expect(fault() == nil)
    }
}
