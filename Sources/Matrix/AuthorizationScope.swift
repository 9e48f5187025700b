// SPDX-License-Identifier: Apache-2.0
import JOSE

// What the user is asked to allow, and how.
extension AuthorizationCheck {
    mutating func checkScope() {
        guard let text = needed(.scope, "MSC2967", "invalid_scope") else { return }
        text.withView { checkScope($0) }
    }

    private mutating func checkScope(_ text: ByteView) {
        do throws(ScopeList.Fault) {
            let list = try ScopeList(text)
            checkTokens(of: list)
            let reading = try list.reading()
            device = reading.device.map { [UInt8]($0) } ?? []
            scope = try list.normalised(withBoth: false)
        } catch {
            switch error {
            case .twoDevices: refuseScope("names one device only", "MSC2967")
            case .deviceSize: refuseScope("names a device with an ID of 1 to 255 bytes", "MSC2967, homeservers")
            case .tooMany: refuseScope("has at most \(ScopeList.maximumCount) tokens", "RFC 6749 section 3.3")
            case .malformed, .tooLarge, .widened:
                refuseScope("is scope tokens with single spaces between them", "RFC 6749 section 3.3")
            }
        }
    }

    private mutating func refuseScope(_ rule: String, _ source: StaticString) {
        refuse(.scope, rule, source, "invalid_scope")
    }

    private mutating func checkTokens(of list: ScopeList) {
        var hasAPI = false
        var hasDevice = false
        for token in list.tokens {
            switch token.scope {
            case .clientAPI: hasAPI = true
            case .device: hasDevice = true
            case .openid: continue
            default:
                report.note(
                    "scope", "has \(token.text.quoted), which is for the server's policy to allow", "RFC 6749 section 3.3")
            }
        }
        if !hasAPI { refuseScope("has urn:matrix:client:api:*", "MSC2964, MSC2967") }
        if !hasDevice { refuseScope("names a device", "MSC2967") }
    }

    mutating func checkPrompt() {
        guard let text = parameters.text(.prompt) else { return }
        let prompts = text.withView { Prompts($0) }
        let source: StaticString = "OpenID Connect Core section 3.1.2.1"
        if prompts.hasOthers { refuse(.prompt, "is none, login, consent, select_account and create at most", source) }
        if prompts.hasNone, prompts.count > 1 { refuse(.prompt, "is none only alone", source) }
        if prompts.hasCreate, !allowsCreation {
            refuse(.prompt, "is create only where prompt_values_supported lists it", "MSC2964, OpenID Connect Prompt Create")
        }
        if prompts.hasCreate, prompts.count > 1 {
            report.note("prompt", "is create beside others, which may not go together", "OpenID Connect Prompt Create")
        }
    }
}

/// The words of `prompt`, with single spaces between them.
private struct Prompts {
    private(set) var count = 0
    private(set) var hasNone = false
    private(set) var hasCreate = false
    private(set) var hasOthers = false

    init(_ text: ByteView) {
        var start = 0
        for at in 0...text.count where at == text.count || text[at] == UInt8(ascii: " ") {
            let word = text.slice(start, count: at - start)
            start = at + 1
            count += 1
            if word == "none" {
                hasNone = true
            } else if word == "create" {
                hasCreate = true
            } else if !(word == "login" || word == "consent" || word == "select_account") {
                hasOthers = true
            }
        }
    }
}
