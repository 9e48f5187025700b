// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// The memory in which one token is taken apart: one block, on the stack where the platform allows, gone with the
/// verdict.
struct Scratch {
    let table: UnsafeMutablePointer<JSONValue>
    let header: UnsafeMutablePointer<UInt8>
    let payload: UnsafeMutablePointer<UInt8>
    let signature: UnsafeMutablePointer<UInt8>
    /// Room for `UserID.maximumSize` bytes.
    let userID: UnsafeMutablePointer<UInt8>

    struct Sizes {
        let header: Int
        let payload: Int
        let signature: Int

        /// Decoded text is never longer than what it is decoded from.
        init(_ parts: CompactJWS) {
            header = parts.header.count
            payload = parts.payload.count
            signature = parts.signature.count
        }

        /// For one JSON object that is no token.
        init(payload: Int) {
            header = 0
            self.payload = payload
            signature = 0
        }
    }

    /// Lends `body` the memory; nil if there is none to be had.
    static func with<R>(_ sizes: Sizes, _ body: (Scratch) -> R) -> R? {
        let tableSize = JSONReader.tableCapacity * MemoryLayout<JSONValue>.stride
        let size = tableSize + sizes.header + sizes.payload + sizes.signature + UserID.maximumSize
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: MemoryLayout<JSONValue>.alignment) { block in
            guard let table = block.baseAddress else { return nil }
            let header = (table + tableSize).assumingMemoryBound(to: UInt8.self)
            return body(
                Scratch(
                    table: table.bindMemory(to: JSONValue.self, capacity: JSONReader.tableCapacity), header: header,
                    payload: header + sizes.header, signature: header + sizes.header + sizes.payload,
                    userID: header + sizes.header + sizes.payload + sizes.signature))
        }
    }
}
