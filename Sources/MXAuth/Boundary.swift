// SPDX-License-Identifier: Apache-2.0
import CMXAuth
import CSystem
import JOSE
import Matrix
import TokenValidation

// Everything that turns C pointers into ours and back. The exported functions hold no pointer arithmetic.

extension ByteView {
    /// NUL-terminated text.
    init?(_ text: UnsafePointer<CChar>?) {
        guard let text else { return nil }
        self.init(UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
    }

    /// Text with its length. NULL is an empty text if the length says so; a length that is no size of an object
    /// arrives here as a negative number.
    init?(_ text: UnsafePointer<CChar>?, _ length: Int) {
        guard length >= 0 else { return nil }
        guard let text else {
            if length > 0 { return nil }
            self = .empty
            return
        }
        self.init(UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: length)
    }
}

extension StaticString {
    var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}

/// Milliseconds. A year is as good as for ever, and keeps the sum of two times in range.
func waitable(_ milliseconds: Int64) -> Int64 { min(max(milliseconds, 0), 31_536_000_000) }

/// A caller's object of class `Object` from the handle that it was given.
func object<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) -> Object? {
    handle.map { Unmanaged<Object>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

/// Lends a caller's object, which the caller keeps alive, without counting one reference more.
@inline(__always)
func withObject<Object: AnyObject, R>(
    _ handle: OpaquePointer, as type: Object.Type, _ body: (Object) -> R
) -> R {
    Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle))._withUnsafeGuaranteedRef(body)
}

func makeHandle(_ object: AnyObject) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

func release<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) {
    guard let handle else { return }
    Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// The caller's `mxauth_error`, which may be absent.
struct ErrorSlot {
    private let slot: UnsafeMutablePointer<mxauth_error>?

    /// Clears the slot; nil if the caller forgot its struct_size.
    init?(_ slot: UnsafeMutablePointer<mxauth_error>?) {
        self.slot = slot
        guard let slot else { return }
        guard slot.pointee.struct_size >= MemoryLayout<mxauth_error>.size else { return nil }
        slot.pointee.status = Status.ok.rawValue
        slot.pointee.subject.0 = 0
        slot.pointee.message.0 = 0
    }

    var isWanted: Bool { slot != nil }

    func fill(_ status: Status, subject: String, message: String) {
        guard let slot else { return }
        slot.pointee.status = status.rawValue
        withUnsafeMutableBytes(of: &slot.pointee.subject) { copy(subject, to: $0) }
        withUnsafeMutableBytes(of: &slot.pointee.message) { copy(message, to: $0) }
    }

    /// Fills the slot with the table's words and returns the status.
    func fail(_ status: Status) -> mxauth_status {
        // Nobody's words cost nothing.
        if isWanted { fill(status, subject: "", message: "\(String(status.row.sentence)) \(String(status.row.remedy))") }
        return status.rawValue
    }

    /// The same with what was wrong in particular between sentence and remedy.
    func fail(_ status: Status, subject: String, detail: String) -> mxauth_status {
        let parts = [String(status.row.sentence), detail, String(status.row.remedy)]
        fill(status, subject: subject, message: parts.filter { !$0.isEmpty }.joined(separator: " "))
        return status.rawValue
    }

    func fail(_ fault: Configuration.Fault) -> mxauth_status {
        fill(fault.status, subject: fault.option, message: fault.message)
        return fault.status.rawValue
    }

    func fail(_ fault: InputFault) -> mxauth_status {
        failInput(fault.subject, fault.message)
    }

    /// The parameter or value `subject` cannot be used, for which `message` is the sentence.
    func failInput(_ subject: String, _ message: String) -> mxauth_status {
        fill(.inputInvalid, subject: subject, message: message)
        return Status.inputInvalid.rawValue
    }

    func fail(_ status: Status, _ finding: Finding?) -> mxauth_status {
        guard let finding else { return fail(status) }
        fill(status, subject: finding.subject, message: finding.message)
        return status.rawValue
    }
}

/// Copies as much of `text` as fits with its NUL, not cutting a character in two.
private func copy(_ text: String, to output: UnsafeMutableRawBufferPointer) {
    let bytes = Array(text.utf8)
    var count = min(bytes.count, output.count - 1)
    while count < bytes.count, count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
    output.copyBytes(from: bytes[..<count])
    output[count] = 0
}

extension mxauth_text {
    /// `text` is never longer than a verdict has room for: longer ones have been refused.
    mutating func set(_ text: ByteView) {
        let count = min(text.count, Verdict.maximumTextSize)
        length = UInt16(truncatingIfNeeded: count)
        withUnsafeMutableBytes(of: &bytes) { output in
            output.copyMemory(from: UnsafeRawBufferPointer(start: text.base, count: count))
            output[count] = 0
        }
    }
}

/// Hands `text` to a caller who may not have enough room for it, as the header describes.
func deliver(
    _ text: [UInt8]?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: ErrorSlot
) -> mxauth_status {
    guard let text else { return error.fail(buffer != nil || capacity == 0 ? .internal : .misuse) }
    return text.withView { deliver($0, buffer, capacity, needed, error) }
}

func deliver(
    _ text: ByteView, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ needed: UnsafeMutablePointer<Int>?,
    _ error: ErrorSlot
) -> mxauth_status {
    guard buffer != nil || capacity == 0 else { return error.fail(.misuse) }
    needed?.pointee = text.count + 1
    // A capacity beyond any object's size is negative here, and as good as enough.
    guard let buffer, UInt(bitPattern: capacity) > UInt(bitPattern: text.count) else {
        return error.fail(.bufferTooSmall)
    }
    UnsafeMutableRawPointer(buffer).copyMemory(from: text.base, byteCount: text.count)
    buffer[text.count] = 0
    return Status.ok.rawValue
}
