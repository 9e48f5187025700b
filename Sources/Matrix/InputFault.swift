// SPDX-License-Identifier: Apache-2.0

/// A document, URL or parameter from outside that cannot be used at all. What can be read but breaks rules is reported
/// instead, see `DocumentReport`.
package struct InputFault: Error {
    /// The parameter, or the member of the document.
    package let subject: String
    /// A sentence.
    package let message: String

    init(_ subject: String, _ message: String) {
        self.subject = subject
        self.message = message
    }
}
