// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Option {
    static let ofKeyTables: [Option] = [
        .integer(
            "key_tables", .integer, unit: "", default: "8", 0...1024, "0 to 1024",
            meaning: """
                How many EC keys may have a table, which verifies 1.5 to 4 times as fast and takes up to 300 KB. A key \
                that is used gets one from a thread of the library's own that lives for some 25 milliseconds. 0 for no \
                such thread, ever.
                """
        ) { (configuration, value) in configuration.settings.keyTables = value },
        .text(
            "libsodium", default: "auto", range: "auto or never",
            meaning: """
                Whether libsodium 1.0.18, where it is installed, verifies Ed25519, which takes half the time: once a key \
                is used and unless key_tables is 0 (auto), or never. It accepts the same signatures as libcrypto.
                """
        ) { (configuration, value) throws(Refusal) in
            guard value == "auto" || value == "never" else { throw Refusal() }
            configuration.settings.allowsSodium = value == "auto"
        },
    ]
}
