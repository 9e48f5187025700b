// SPDX-License-Identifier: Apache-2.0
import CMXAuth

@implementation @_cdecl("mxauth_version_number")
public func mxauth_version_number() -> UInt32 {
    UInt32(MXAUTH_VERSION_MAJOR << 16 | MXAUTH_VERSION_MINOR << 8 | MXAUTH_VERSION_PATCH)
}

@implementation @_cdecl("mxauth_version")
public func mxauth_version() -> UnsafePointer<CChar>? {
    ("0.1.0" as StaticString).cString
}
