// SPDX-License-Identifier: Apache-2.0
import Foundation
import JOSE

typealias JSONDictionary = [String: Any]

struct VectorError: Error {
    let text: String
}

/// The vector files, which are copies of what their sources publish.
enum Vectors {
    static func url(_ path: String) throws -> URL {
        guard let root = Bundle.module.url(forResource: "Vectors", withExtension: nil) else {
            throw VectorError(text: "the test bundle has no Vectors")
        }
        return root.appendingPathComponent(path)
    }

    static func exists(_ path: String) throws -> Bool {
        FileManager.default.fileExists(atPath: try url(path).path)
    }

    static func json(_ path: String) throws -> JSONDictionary {
        let data = try Data(contentsOf: try url(path))
        guard let object = try JSONSerialization.jsonObject(with: data) as? JSONDictionary else {
            throw VectorError(text: "\(path) is not an object")
        }
        return object
    }
}

extension Dictionary where Key == String, Value == Any {
    func text(_ name: String) throws -> String {
        guard let text = self[name] as? String else { throw VectorError(text: "\(name) is not a string") }
        return text
    }

    func number(_ name: String) throws -> Int {
        guard let number = self[name] as? Int else { throw VectorError(text: "\(name) is not a number") }
        return number
    }

    func object(_ name: String) throws -> JSONDictionary {
        guard let object = self[name] as? JSONDictionary else { throw VectorError(text: "\(name) is not an object") }
        return object
    }

    func objects(_ name: String) throws -> [JSONDictionary] {
        guard let list = self[name] as? [JSONDictionary] else { throw VectorError(text: "\(name) is not a list") }
        return list
    }

    func hex(_ name: String) throws -> [UInt8] {
        let digits = Array(try text(name).utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { at in
            guard at + 1 < digits.count, let byte = UInt8(String(decoding: digits[at...at + 1], as: UTF8.self), radix: 16)
            else { throw VectorError(text: "\(name) is not hexadecimal") }
            return byte
        }
    }
}

func jsonText(_ object: Any) throws -> [UInt8] {
    [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
}

func base64URL(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.withView(Base64URL.encode), as: UTF8.self)
}

func keySet(_ text: [UInt8]) throws -> KeySet {
    try text.withView { view in Result { try KeySet(parsing: view) } }.get()
}

func keySet(_ text: String) throws -> KeySet { try keySet(Array(text.utf8)) }

func keySet(jwk: JSONDictionary) throws -> KeySet { try keySet(jsonText(jwk)) }

extension KeySet {
    /// Why entries are skipped, in the order of the document.
    var problems: [String] {
        entries.compactMap { entry in
            if case .skipped(_, let problem) = entry { problem } else { nil }
        }
    }
}

extension VerificationKey {
    func verify(_ signature: [UInt8], over input: [UInt8], with algorithm: SignatureAlgorithm) -> SignatureOutcome {
        signature.withView { signature in input.withView { verify(signature, over: $0, with: algorithm) } }
    }
}

func signingKey(_ pem: String) throws(KeyProblem) -> SigningKey {
    try Array(pem.utf8).withView { view in Result { () throws(KeyProblem) in try SigningKey.parse(pem: view) } }.get()
}

extension SigningKey {
    func sign(_ input: [UInt8]) -> [UInt8]? { input.withView { sign($0) } }
}

/// A text that `JSONReader` has read, with the memory that its object borrows.
final class Document {
    let object: JSONObject
    private let text: UnsafeMutablePointer<UInt8>
    private let table: UnsafeMutablePointer<JSONValue>

    init(_ bytes: [UInt8]) throws(JSONFault) {
        text = .allocate(capacity: max(bytes.count, 1))
        table = .allocate(capacity: JSONReader.tableCapacity)
        text.initialize(from: bytes, count: bytes.count)
        do throws(JSONFault) {
            object = try JSONReader.readObject(text, count: bytes.count, table: table)
        } catch {
            text.deallocate()
            table.deallocate()
            throw error
        }
    }

    convenience init(_ text: String) throws(JSONFault) {
        try self.init(Array(text.utf8))
    }

    deinit {
        text.deallocate()
        table.deallocate()
    }

    static func fault(_ bytes: [UInt8]) -> JSONFault? {
        do throws(JSONFault) {
            _ = try Document(bytes)
            return nil
        } catch {
            return error
        }
    }

    static func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }
}
