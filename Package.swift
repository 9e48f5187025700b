// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// `make lib-embedded` builds the same sources as Embedded Swift; see docs/building.md.
let embedded = Context.environment["MXAUTH_EMBEDDED"] != nil
// `make build` links the command line tool against the shared object it has just built; a plain `swift build`
// has none yet and links the library's modules instead. Both go through include/mxauth.h.
let sharedObject = Context.environment["MXAUTH_SHARED_OBJECT"] != nil

let library: [SwiftSetting] =
    embedded ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo", "-O", "-enforce-exclusivity=unchecked", "-Xfrontend", "-function-sections"])] : []

var targets: [Target] = [
    .target(
        name: "CMXAuth", path: ".", sources: ["Sources/CMXAuth"], publicHeadersPath: "include"),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(
        name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .target(name: "CVector"),
    .target(name: "JOSE", dependencies: ["CSystem", "COpenSSL", "CJansson", "CVector"], swiftSettings: library),
    .target(name: "Matrix", dependencies: ["CVector", "JOSE"], swiftSettings: library),
    .target(name: "TokenValidation", dependencies: ["CVector", "CSystem", "JOSE", "Matrix"], swiftSettings: library),
    // Headers only: without pkgConfig nothing is linked, and libcurl is opened at run time.
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "Transport", dependencies: ["CSystem", "CCurl", "COpenSSL", "TokenValidation"], swiftSettings: library),
    .target(
        name: "MXAuth", dependencies: ["CMXAuth", "CSystem", "JOSE", "Matrix", "TokenValidation", "Transport"], swiftSettings: library),
]
var dependencies: [Package.Dependency] = []
var products: [Product] = [.library(name: "mxauth", type: .dynamic, targets: ["MXAuth"])]

if !embedded {
    dependencies.append(
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"))
    products.append(.executable(name: "mxauth-cli", targets: ["mxauth-cli"]))
    targets += [
        .executableTarget(
            name: "mxauth-cli",
            dependencies: [
                "CMXAuth",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + (sharedObject ? [] : ["MXAuth"]),
            path: "Sources/mxauth",
            linkerSettings: sharedObject ? [.linkedLibrary("mxauth")] : []),
        .testTarget(
            name: "JOSETests", dependencies: ["CVector", "JOSE"], resources: [.copy("Vectors")]),
        .testTarget(name: "MatrixTests", dependencies: ["Matrix"]),
        .testTarget(name: "TokenValidationTests", dependencies: ["CVector", "TokenValidation"]),
    ]
}

let package = Package(
    name: "mxauth", products: products, dependencies: dependencies, targets: targets,
    swiftLanguageModes: [.v6])
