// SPDX-License-Identifier: Apache-2.0
import JOSE

extension Option {
    static let ofKeyTables: [Option] = [
        .integer(
            "key_tables", .integer, unit: "", default: "8", 0...1024, "0 to 1024",
            meaning: """
                How many EC keys may have a table, which verifies two to six times as fast and takes 150 to 400 KB. A \
                key that is used gets one from a thread of the library's own that lives for some 25 milliseconds. 0 for no \
                such thread, ever.
                """
        ) { (configuration, value) in configuration.settings.keyTables = value }
    ]
}
