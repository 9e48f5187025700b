// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import CSystem
import Foundation
import Testing

@testable import JOSE

/// How keys come by their tables.
@Suite struct KeyTableTests {
    private func key(_ text: PrivateKeyText) throws -> VerificationKey {
        try #require(try keySet(text.pem).keys.first)
    }

    @Test func otherKeysHaveNone() throws {
        let ed448 = try #require(try keySet([UInt8](Data(contentsOf: Vectors.url("pem/ed448.pem")))).keys.first)
        let secret = try #require(try keySet(TestKey.oct.jwk()).keys.first)
        for key in [try key(.rsaPublic), ed448, secret] {
            #expect(!key.gainsFromTable && !key.gainsFromSodium && !key.prepareTable() && !key.hasTable)
        }
    }

    @Test func ed25519HasALibrary() throws {
        let signer = try signingKey(PrivateKeyText.ed25519.pem)
        let key = try key(.ed25519Public)
        #expect(!key.gainsFromTable && key.gainsFromSodium && !key.hasTable && key.prepareTable() && key.hasTable)
        let signature = try #require(signer.sign([1]))
        for algorithm in [SignatureAlgorithm.eddsa, .ed25519] {
            #expect(key.verify(signature, over: [1], with: algorithm) == .valid)
            #expect(key.verify(signature, over: [], with: algorithm) == .invalid)
        }
    }

    @Test(arguments: [(PrivateKeyText.p256, PrivateKeyText.p256Public), (.p384, .p384Public), (.p521, .p521Public)])
    func verifiesAsBefore(_ text: PrivateKeyText, _ publicText: PrivateKeyText) throws {
        let signer = try signingKey(text.pem)
        let (plain, quick) = (try key(publicText), try key(publicText))
        #expect(!quick.hasTable && quick.prepareTable() && quick.hasTable && quick.prepareTable() && !plain.hasTable)
        var random = SeededRandom(seed: 30)
        for count in [0, 1, 55, 56, 64, 1000, 10_000] {
            let input = random.bytes(count)
            var signature = try #require(signer.sign(input))
            #expect(quick.verify(signature, over: input, with: signer.algorithm) == .valid)
            #expect(quick.verify(signature, over: input + [0], with: signer.algorithm) == .invalid)
            #expect(quick.verify(signature.dropLast() + [], over: input, with: signer.algorithm) == .invalid)
            #expect(quick.verify(signature + [0], over: input, with: signer.algorithm) == .invalid)
            #expect(quick.verify([], over: input, with: signer.algorithm) == .invalid)
            // The hash of another algorithm: nobody asks that of a key, and the answer is the same.
            for algorithm in [SignatureAlgorithm.es256, .es384, .es512] where algorithm != signer.algorithm {
                #expect(quick.verify(signature, over: input, with: algorithm) == .invalid)
                #expect(plain.verify(signature, over: input, with: algorithm) == .invalid)
            }
            signature[random.below(signature.count)] ^= 0x40
            #expect(quick.verify(signature, over: input, with: signer.algorithm) == .invalid)
        }
    }

    /// What is held against EVP_PKEY_verify is the table itself: one of another key is found out.
    @Test(arguments: ECTableSample.curves) func aWrongTableIsFoundOut(_ curve: Curve) throws {
        let one = try ECTableSample(curve, privateKey: Number(1000))
        let workspace = try #require(Workspace.own)
        #expect(one.table.agrees(with: one.key, workspace))
        for other in [999, 1001, 2000] as [UInt] {
            let sample = try ECTableSample(curve, privateKey: Number(other))
            #expect(!one.table.agrees(with: sample.key, workspace))
            #expect(!sample.table.agrees(with: one.key, workspace))
        }
    }

    @Test func leavesTheErrorQueueAlone() throws {
        ERR_clear_error()
        let key = try key(.p256Public)
        #expect(key.prepareTable())
        #expect(key.verify([UInt8](repeating: 0, count: 64), over: [], with: .es256) == .invalid)
        #expect(ERR_peek_error() == 0)
    }

    /// Threads that make the same table at once, and verify with it.
    @Test func manyThreads() throws {
        final class Job: Sendable {
            let key: VerificationKey
            let input: [UInt8]
            let signature: [UInt8]
            init(_ key: VerificationKey, _ input: [UInt8], _ signature: [UInt8]) {
                (self.key, self.input, self.signature) = (key, input, signature)
            }
        }
        let input = Array("input".utf8)
        let signature = try #require(try signingKey(PrivateKeyText.p384.pem).sign(input))
        let job = Job(try key(.p384Public), input, signature)
        var threads: [pthread_t] = []
        for _ in 0..<6 {
            var thread = pthread_t()
            let created = pthread_create(
                &thread, nil,
                { job in
                    guard let job else { return nil }
                    let own = Unmanaged<Job>.fromOpaque(job).takeRetainedValue()
                    var good = 0
                    for round in 0..<40 {
                        if round == 5 { own.key.prepareTable() }
                        if own.key.verify(own.signature, over: own.input, with: .es384) == .valid { good += 1 }
                        if own.key.verify(own.signature, over: own.signature, with: .es384) == .invalid { good += 1 }
                    }
                    return UnsafeMutableRawPointer(bitPattern: good)
                }, Unmanaged.passRetained(job).toOpaque())
            #expect(created == 0)
            threads.append(thread)
        }
        for thread in threads {
            var result: UnsafeMutableRawPointer?
            pthread_join(thread, &result)
            #expect(Int(bitPattern: result) == 80)
        }
    }
}
