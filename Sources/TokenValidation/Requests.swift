// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix

/// What is to be known of a request by its method and path.
extension Validator {
    package func endpoint(_ method: ByteView, _ path: ByteView) -> EndpointTable.Match? {
        authorization.endpoint(method, path)
    }

    package func requiredScope(_ method: ByteView, _ path: ByteView) -> [UInt8]? {
        authorization.requiredScope(method, path)
    }
}
