// SPDX-License-Identifier: Apache-2.0
import JOSE

/// The tree of endpoints while it grows out of the rows of `EndpointRows`.
struct EndpointTree {
    struct Branch {
        var fixed: [(text: ByteView, branch: Int32)] = []
        var free: Int32 = -1
        var endpoints: (Int32, Int32, Int32, Int32) = (-1, -1, -1, -1)
    }

    private(set) var branches = [Branch()]
    private(set) var endpoints: [Endpoint] = []

    mutating func addRows() {
        let text = ByteView(EndpointRows.text)
        var start = 0
        for at in 0...text.count where at == text.count || text[at] == UInt8(ascii: "\n") {
            add(row: text.slice(start, count: at - start))
            start = at + 1
        }
    }

    private mutating func add(row: ByteView) {
        var words: [ByteView] = []
        var start = 0
        for at in 0...row.count where at == row.count || row[at] == UInt8(ascii: " ") {
            words.append(row.slice(start, count: at - start))
            start = at + 1
        }
        guard words.count == 8, let method = Method(words[0]) else { return }
        let endpoint = Endpoint(
            method: method, template: words[7], authentication: Self.authentication(words[1]),
            guests: words[2] == "yes" ? .yes : words[2] == "displayname" ? .displayname : .no,
            demand: Demand(words[3]), draftDemand: Demand(words[4]),
            guarded: GuardedAction(words[6]))
        let index = Int32(truncatingIfNeeded: endpoints.count)
        endpoints.append(endpoint)
        put(index, endpoint, version: nil)
        if !(words[5] == "-") { put(index, endpoint, version: words[5]) }
    }

    /// What is not understood is refused rather than open.
    private static func authentication(_ word: ByteView) -> Endpoint.Authentication {
        word == "none" ? .none : word == "optional" ? .optional : word == "required" ? .required : .appservice
    }

    /// `version` takes the place of the segment `v3`.
    private mutating func put(_ index: Int32, _ endpoint: Endpoint, version: ByteView?) {
        var branch = 0
        var segments = PathSegments(endpoint.template)
        while let segment = segments.next() {
            if let version, segment == "v3" {
                branch = follow(version, from: branch)
            } else {
                branch = follow(segment, from: branch)
            }
        }
        switch endpoint.method {
        case .get: branches[branch].endpoints.0 = index
        case .put: branches[branch].endpoints.1 = index
        case .post: branches[branch].endpoints.2 = index
        case .delete: branches[branch].endpoints.3 = index
        }
    }

    /// The branch that fixed segments lead to; the root if there is none.
    func branch(of text: ByteView) -> Int32 {
        var branch = 0
        var segments = PathSegments(text)
        while let segment = segments.next() {
            guard let next = branches[branch].fixed.first(where: { $0.text == segment }) else { return 0 }
            branch = Int(next.branch)
        }
        return Int32(truncatingIfNeeded: branch)
    }

    private mutating func follow(_ segment: ByteView, from branch: Int) -> Int {
        let isFree = segment.hasPrefix("{")
        if isFree, branches[branch].free >= 0 { return Int(branches[branch].free) }
        if !isFree {
            for (text, next) in branches[branch].fixed where text == segment { return Int(next) }
        }
        let next = branches.count
        branches.append(Branch())
        if isFree {
            branches[branch].free = Int32(truncatingIfNeeded: next)
        } else {
            branches[branch].fixed.append((segment, Int32(truncatingIfNeeded: next)))
        }
        return next
    }
}
