import CLibPQ

/// Reads connection URIs with libpq's own parser. Errors have no part of the URI that may be secret: passwords with
/// unescaped characters end up in surprising parts of it.
enum ConnectionURI {
    static func parameters(_ uri: String) throws -> [String: String] {
        guard let text = withoutDriver(uri) else {
            throw invalid("does not begin with postgresql:// or postgres://")
        }
        guard !text.utf8.contains(0) else { throw invalid("has a NUL character") }
        try checkAuthority(text)
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            throw invalid(message.map { explanation(String(cString: $0), text) } ?? "cannot be read: no memory")
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        try check(parameters)
        return parameters
    }

    /// The URI with a plain scheme, nil for another scheme.
    private static func withoutDriver(_ uri: String) -> String? {
        guard let mark = uri.firstRange(of: "://") else { return nil }
        let scheme = uri[..<mark.lowerBound].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = scheme.first?.lowercased(), ["postgresql", "postgres"].contains(name),
            scheme.count == 1
                || (!scheme[1].isEmpty && scheme[1].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" })
        else { return nil }
        return "postgresql" + uri[mark.lowerBound...]
    }

    /// Refuses a URI in which it is unclear where the password ends: libpq would end it at the first `@` and take the
    /// rest for the host, which its errors quote; with a slash before it, the user would be the host and the password's
    /// beginning a port.
    private static func checkAuthority(_ uri: String) throws {
        let at = UInt8(ascii: "@"), slash = UInt8(ascii: "/")
        var rest = uri.utf8.dropFirst("postgresql://".utf8.count)
        if let end = rest.firstIndex(where: { $0 == at || $0 == slash }), rest[end] == at {
            rest = rest[rest.index(after: end)...]
        }
        let location = rest.prefix { $0 != UInt8(ascii: "?") }
        guard !location.contains(at) else {
            throw invalid("has more than one @, or one after a slash; \(advice)")
        }
        for option in rest.dropFirst(location.count + 1).split(separator: UInt8(ascii: "&")) where option.contains(at) {
            let keyword = option.prefix { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
            guard !keyword.isEmpty, option.dropFirst(keyword.count).first == UInt8(ascii: "=") else {
                throw invalid("has an @ after a question mark; \(advice)")
            }
        }
    }

    private static let advice = "in names and passwords write @ as %40, / as %2F, ? as %3F and : as %3A"

    private static func check(_ parameters: [String: String]) throws {
        for port in (parameters["port"] ?? "").split(separator: ",") {
            guard let number = Int(port), (1...65_535).contains(number) else {
                throw invalid("has an invalid port; \(advice)")
            }
        }
    }

    /// libpq's message without what it quotes, unless that can only be a keyword: in the query, after any password. By
    /// bytes: a combining mark after a quotation mark makes another character of it.
    private static func explanation(_ message: String, _ uri: String) -> String {
        let words = message.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        let line = words.first?.prefix { $0 != UInt8(ascii: "\n") } ?? ""[...].utf8
        let meaning = String(decoding: line, as: UTF8.self).trimmingSuffix { " :".contains($0) }
        if words.count > 1, let query = query(uri) {
            let word = String(decoding: words[1], as: UTF8.self)
            let isKeyword = !word.isEmpty && word.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
            if isKeyword, query.contains("?\(word)=") || query.contains("&\(word)=") {
                return "cannot be read: \(meaning) \(word)"
            }
        }
        return "cannot be read: \(meaning)"
    }

    /// From the question mark on; nil when it may belong to a password, or has one.
    private static func query(_ uri: String) -> Substring? {
        let at = UInt8(ascii: "@")
        let rest = uri.utf8.lastIndex(of: at).map { uri.utf8[$0...] } ?? uri.utf8.dropFirst("postgresql://".utf8.count)
        guard let mark = rest.firstIndex(of: UInt8(ascii: "?")),
            rest.first == at || !rest[..<mark].contains(UInt8(ascii: ":"))
        else { return nil }
        let query = Substring(rest[mark...])
        return query.contains("password=") ? nil : query
    }

    private static func invalid(_ what: String) -> PostgreSQLError {
        PostgreSQLError(.invalidConfiguration, "the connection URI \(what)")
    }
}

extension String {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> String {
        var rest = self
        while let last = rest.last, matches(last) { rest.removeLast() }
        return rest
    }
}
