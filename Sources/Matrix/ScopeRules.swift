// SPDX-License-Identifier: Apache-2.0
import JOSE

/// Scopes that the operator has defined, and what each opens. Several rules of one scope add up.
package struct ScopeRules: Sendable {
    package private(set) var scopes: [[UInt8]] = []
    package private(set) var rules: [ScopeRule] = []

    package static let maximumScopes = 32
    package static let maximumRules = 1024

    package enum Fault: Error {
        /// Not `SCOPE : METHODS PATH`.
        case form
        /// No scope-token of RFC 6749.
        case scope
        /// A scope that has a meaning already.
        case scopeTaken
        case method
        case path(ScopeRule.PathFault)
        /// No endpoint that a token is needed for has such a path and method.
        case noEndpoint
        case appservicesOnly
        case tooManyScopes
        case tooManyRules
    }

    package init() {}

    package var isEmpty: Bool { rules.isEmpty }

    /// The grant of a scope token of the operator's.
    package func grant(of token: ByteView) -> Grants? {
        for index in scopes.indices where scopes[index].withView({ $0 == token }) { return .operatorScope(index) }
        return nil
    }

    /// All of the operator's scopes.
    package var grants: Grants {
        scopes.indices.reduce(into: Grants()) { $0.formUnion(.operatorScope($1)) }
    }

    /// Whether one of the operator's scopes among `grants` opens the method and path of a request.
    package func allow(_ methods: MethodSet, _ path: ByteView, to grants: Grants) -> Bool {
        guard !grants.isDisjoint(with: .operatorScopes) else { return false }
        for rule in rules where grants.contains(rule.grant) && rule.matches(methods, path) { return true }
        return false
    }

    /// Adds the rule that `text` describes, or changes nothing.
    package mutating func add(_ text: ByteView) throws(Fault) {
        let words = Self.words(text)
        guard words.count == 4, words[1] == ":" else { throw .form }
        guard Scope.isToken(words[0]) else { throw .scope }
        guard case .unknown = Scope(words[0]) else { throw .scopeTaken }
        guard let methods = MethodSet(list: words[2]) else { throw .method }
        if let fault = ScopeRule.pathFault(words[3]) { throw .path(fault) }
        guard rules.count < Self.maximumRules else { throw .tooManyRules }

        let index: Int
        if let known = scopes.indices.first(where: { scopes[$0].withView { $0 == words[0] } }) {
            index = known
        } else {
            guard scopes.count < Self.maximumScopes else { throw .tooManyScopes }
            index = scopes.count
        }
        let rule = ScopeRule(grant: .operatorScope(index), methods: methods, pattern: [UInt8](words[3]))
        let table = EndpointTable.shared
        var isForAppservices = false
        var isForOthers = false
        for i in 0..<table.count where rule.concerns(table.endpoints[i]) {
            switch table.endpoints[i].authentication {
            case .none: break
            case .appservice: isForAppservices = true
            case .optional, .required: isForOthers = true
            }
        }
        guard isForOthers else { throw isForAppservices ? .appservicesOnly : .noEndpoint }
        if index == scopes.count { scopes.append([UInt8](words[0])) }
        rules.append(rule)
    }

    /// What stands between spaces and tabs.
    private static func words(_ text: ByteView) -> [ByteView] {
        var words: [ByteView] = []
        var start = 0
        for at in 0...text.count where at == text.count || text[at] == 0x20 || text[at] == 0x09 {
            if at > start { words.append(text.slice(start, count: at - start)) }
            start = at + 1
        }
        return words
    }
}

/// The methods of a request or a rule. `GET` opens `HEAD`, but `HEAD` alone does not open `GET`.
package struct MethodSet: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    static let get = MethodSet(rawValue: 1 << 0)
    static let head = MethodSet(rawValue: 1 << 1)
    static let put = MethodSet(rawValue: 1 << 2)
    static let post = MethodSet(rawValue: 1 << 3)
    static let delete = MethodSet(rawValue: 1 << 4)

    /// The method of a request.
    package init?(_ name: ByteView) {
        if name == "HEAD" {
            self = .head
            return
        }
        guard let method = Method(name) else { return nil }
        self.init(method)
    }

    init(_ method: Method) {
        switch method {
        case .get: self = .get
        case .put: self = .put
        case .post: self = .post
        case .delete: self = .delete
        }
    }

    /// Of a rule: names with commas between them.
    init?(list: ByteView) {
        self = []
        var start = 0
        for at in 0...list.count where at == list.count || list[at] == UInt8(ascii: ",") {
            guard let method = MethodSet(list.slice(start, count: at - start)) else { return nil }
            formUnion(method)
            start = at + 1
        }
        if contains(.get) { insert(.head) }
    }
}
