// SPDX-License-Identifier: Apache-2.0
import Testing
import TokenValidation

@Suite struct StatusTests {
    @Test func namesAreUnique() {
        let names = Status.allCases.map { String(describing: $0.row.name) }
        #expect(Set(names).count == Status.allCases.count)
        #expect(names.allSatisfy { $0.hasPrefix("MXAUTH_") && $0.allSatisfy { $0 == "_" || ("A"..."Z").contains($0) } })
    }

    @Test func sentencesAreUnique() {
        #expect(Set(Status.allCases.map { String(describing: $0.row.sentence) }).count == Status.allCases.count)
    }

    /// The numbers are an ABI: they are written out here so that none changes unnoticed.
    @Test func numbers() {
        let expected = [0, 1, 2] + Array(100...112) + Array(200...212) + Array(300...303) + Array(400...413) + Array(500...509)
            + Array(600...605)
        #expect(Status.allCases.map { Int($0.rawValue) } == expected)
        for number: Int32 in [-1, 3, 99, 113, 213, 304, 414, 510, 606, .min, .max] { #expect(Status(rawValue: number) == nil) }
    }

    @Test(arguments: Status.allCases) func texts(_ status: Status) {
        let sentence = String(describing: status.row.sentence)
        let remedy = String(describing: status.row.remedy)
        #expect(sentence.hasSuffix(".") && !sentence.hasSuffix(".."))
        #expect(sentence.first?.isUppercase == true)
        #expect(remedy.isEmpty == (status == .ok))
        #expect(remedy.isEmpty || remedy.hasSuffix("."))
        for text in [sentence, remedy] {
            #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            #expect(!text.contains("  "))
        }
    }

    /// What include/mxauth.h says of the bands, and what a client is told of each (RFC 6750 section 3.1).
    @Test(arguments: Status.allCases) func answers(_ status: Status) {
        let answer = status.row.answer
        let errcode = String(describing: answer.errcode)
        let oauthError = String(describing: answer.oauthError)
        switch status.rawValue {
        case 0:
            #expect(answer.httpStatus == 200 && errcode.isEmpty && oauthError.isEmpty)
        case 1, 2, 600..<700:
            // Never the 401 that logs a client out.
            #expect(answer.httpStatus == 503 && errcode == "M_UNKNOWN" && oauthError.isEmpty)
        case 111, 112, 508:
            // Said to whoever sent a request that is read here, not of a token.
            #expect(answer.httpStatus == 400 && errcode == "M_INVALID_PARAM")
            let errors: [Status: String] = [.inputInvalid: "invalid_request", .grantInvalid: "invalid_grant"]
            #expect(oauthError == errors[status, default: "invalid_scope"])
        case 211, 212:
            #expect(answer.httpStatus == 401 && errcode == "M_MISSING_TOKEN" && oauthError == "invalid_request")
        case 100..<200:
            #expect(answer.httpStatus == (status == .internal ? 503 : 500))
            #expect(errcode == "M_UNKNOWN" && oauthError.isEmpty)
        case 412, 413:
            // Said to an issuer that brings a notice, not to a client.
            #expect(answer.httpStatus == 400 && errcode == "M_INVALID_PARAM" && oauthError == "invalid_request")
        case 200..<500, 500:
            #expect(answer.httpStatus == 401)
            #expect(errcode == (status == .tokenMissing ? "M_MISSING_TOKEN" : "M_UNKNOWN_TOKEN"))
            // RFC 6750 section 3.1: a request without a token is told no error code.
            #expect(oauthError == (status == .tokenMissing ? "" : "invalid_token"))
        case 506:
            #expect(answer.httpStatus == 404 && errcode == "M_UNRECOGNIZED" && oauthError.isEmpty)
        case 509:
            #expect(answer.httpStatus == 405 && errcode == "M_UNRECOGNIZED" && oauthError.isEmpty)
        case 507:
            #expect(answer.httpStatus == 403 && errcode == "M_GUEST_ACCESS_FORBIDDEN" && oauthError.isEmpty)
        case 501..<600:
            #expect(answer.httpStatus == 403)
            #expect(errcode == "M_FORBIDDEN")
            #expect(oauthError == (status == .scopeInsufficient ? "insufficient_scope" : ""))
        default:
            Issue.record("\(status) is in no band")
        }
        // A soft logout keeps the client's keys: right only when a new token would do.
        #expect(answer.softLogout == (status == .expired))
    }

    @Test func checksHaveTexts() {
        for check in Check.allCases {
            #expect(!String(describing: check.row.name).isEmpty)
            #expect(!String(describing: check.row.source).isEmpty)
        }
        #expect(Set(Check.allCases.map { String(describing: $0.row.name) }).count == Check.allCases.count)
    }
}
