// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem

/// One block of PEM text (RFC 7468), out of its base64. Borrowed for as long as it is being looked at.
struct PEMBlock {
    let label: ByteView
    /// Header fields (RFC 1421 section 4.4), which RFC 7468 has no more: they say that the content is encrypted.
    let hasHeader: Bool
    let der: ByteView

    /// Hands every block of `text` to `body` in order, nil for one that is broken off or not base64. Asks nobody for
    /// a passphrase, and wipes the contents afterwards.
    static func forEach(in text: ByteView, _ body: (PEMBlock?) -> Void) {
        guard let size = Int32(exactly: text.count), let bio = BIO_new_mem_buf(text.base, size) else { return }
        defer { BIO_free(bio) }
        while ErrorQueue.untouched({ readNext(bio, body) }) {}
    }

    /// Reads the next block; false if there is none.
    private static func readNext(_ bio: OpaquePointer, _ body: (PEMBlock?) -> Void) -> Bool {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        let left = BIO_ctrl_pending(bio)
        guard PEM_read_bio(bio, &name, &header, &data, &count) == 1 else {
            let isEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
            if isEnd || BIO_ctrl_pending(bio) == left { return false }
            body(nil)
            return true
        }
        defer {
            CRYPTO_free(name, nil, 0)
            CRYPTO_free(header, nil, 0)
            CRYPTO_clear_free(data, max(count, 0), nil, 0)
        }
        guard let name, let header, let data, count >= 0 else { return false }
        let label = ByteView(UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: strlen(name))
        body(PEMBlock(label: label, hasHeader: header[0] != 0, der: ByteView(data, count: count)))
        return true
    }
}
