// SPDX-License-Identifier: Apache-2.0
import JOSE
import Matrix
import Testing
import TokenValidation

/// Every status as a reply.
@Suite struct ReplyTests {
    private func reply(_ status: Status, parameters: Int = 0) -> ErrorReply {
        let answer = status.row.answer
        let matter = ErrorReply.Matter(
            httpStatus: answer.httpStatus, errcode: answer.errcode, sentence: status.row.sentence, softLogout: answer.softLogout,
            oauthError: answer.oauthError)
        return [UInt8](repeating: UInt8(ascii: "x"), count: parameters).withView {
            ErrorReply(matter, scope: $0, realm: $0, resourceMetadata: $0)
        }
    }

    /// The longest texts fit into the arrays of mxauth_reply.
    @Test(arguments: Status.allCases) func sizes(_ status: Status) {
        let reply = reply(status, parameters: ErrorReply.maximumParameterSize)
        #expect(reply.body.count <= ErrorReply.maximumBodySize)
        #expect(reply.challenge.count <= ErrorReply.maximumChallengeSize)
    }

    @Test(arguments: Status.allCases) func challenges(_ status: Status) {
        let http = status.row.answer.httpStatus
        let challenge = String(decoding: reply(status, parameters: 3).challenge, as: UTF8.self)
        #expect(challenge.isEmpty == !(http == 401 || http == 403))
        guard !challenge.isEmpty else { return }
        #expect(challenge.hasPrefix("Bearer "))
        for name in ["realm=", "error=", "error_description=", "scope=", "resource_metadata="] {
            #expect(challenge.ranges(of: " " + name).count <= 1)
        }
        #expect(challenge.contains("scope=") == (status == .scopeInsufficient))
        #expect(challenge.contains("realm=") == String(status.row.answer.oauthError).isEmpty)
        #expect(challenge.filter { $0 == "\"" }.count % 2 == 0)
    }
}
