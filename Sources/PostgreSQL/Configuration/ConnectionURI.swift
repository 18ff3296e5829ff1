import CLibPQ

/// Reads connection URIs by libpq's own parser. Errors have no part of the URI that may be secret: passwords with
/// characters that should have been escaped land in surprising places.
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

    /// The URI with a plain scheme, nil when it is another's.
    private static func withoutDriver(_ uri: String) -> String? {
        guard let mark = uri.firstRange(of: "://") else { return nil }
        let scheme = uri[..<mark.lowerBound].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = scheme.first?.lowercased(), ["postgresql", "postgres"].contains(name),
            scheme.count == 1
                || (!scheme[1].isEmpty && scheme[1].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" })
        else { return nil }
        return "postgresql" + uri[mark.lowerBound...]
    }

    /// A password with a slash makes the user a host and the password's beginning a port, and the rest a database.
    private static func checkAuthority(_ uri: String) throws {
        let path = uri.dropFirst("postgresql://".count).drop { $0 != "/" }.prefix { $0 != "?" }
        guard !path.contains("@") else {
            throw invalid("has an @ after a slash; in names and passwords write / as %2F and @ as %40")
        }
    }

    private static func check(_ parameters: [String: String]) throws {
        for port in (parameters["port"] ?? "").split(separator: ",") {
            guard let number = Int(port), (1...65_535).contains(number) else {
                throw invalid("has a port that is none; in names and passwords write : as %3A, / as %2F and @ as %40")
            }
        }
    }

    /// libpq's words without what it quotes, unless that can only be a keyword: in the query, behind any password.
    private static func explanation(_ message: String, _ uri: String) -> String {
        let words = message.split(separator: "\"", omittingEmptySubsequences: false)
        let meaning = (words.first ?? "").prefix { $0 != "\n" }.trimmingSuffix { " :".contains($0) }
        if words.count > 1, let query = query(uri) {
            let word = words[1]
            let isKeyword = !word.isEmpty && word.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }
            if isKeyword, query.contains("?\(word)=") || query.contains("&\(word)=") {
                return "cannot be read: \(meaning) \(word)"
            }
        }
        return "cannot be read: \(meaning)"
    }

    /// From the question mark on; nil when it may belong to a password.
    private static func query(_ uri: String) -> Substring? {
        let rest = uri.lastIndex(of: "@").map { uri[$0...] } ?? uri.dropFirst("postgresql://".count)
        guard let mark = rest.firstIndex(of: "?"), rest.first == "@" || !rest[..<mark].contains(":") else { return nil }
        return rest[mark...]
    }

    private static func invalid(_ what: String) -> PostgreSQLError {
        PostgreSQLError(.invalidConfiguration, "the connection URI \(what)")
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, matches(last) { rest.removeLast() }
        return rest
    }
}
