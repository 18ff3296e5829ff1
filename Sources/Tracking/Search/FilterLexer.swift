/// Cuts a filter into tokens. Works on Unicode scalars, in time linear in the text's length.
struct FilterLexer {
    private let scalars: [Unicode.Scalar]
    private let startColumn: Int
    private var position = 0

    private init(_ text: String, startColumn: Int) {
        scalars = Array(text.unicodeScalars)
        self.startColumn = startColumn
    }

    static func tokens(of filter: SearchFilter) throws(TrackingError) -> [FilterToken] {
        var tokens: [FilterToken] = []
        var column = 1
        for fragment in filter.fragments {
            switch fragment {
            case .text(let text):
                var lexer = FilterLexer(text, startColumn: column)
                while let token = try lexer.next() { tokens.append(token) }
                column += lexer.scalars.count
            case .string(let value):
                tokens.append(FilterToken(kind: .string(value), text: "'\(value)'", column: column))
                column += value.unicodeScalars.count
            case .number(let value, let integer):
                guard value.isFinite else {
                    throw SearchFilter.error("\(value) cannot be compared with", column: column)
                }
                let text = integer.map(String.init) ?? "\(value)"
                tokens.append(FilterToken(kind: .number(value, integer: integer), text: text, column: column))
                column += text.count
            }
        }
        return tokens
    }

    private mutating func next() throws(TrackingError) -> FilterToken? {
        while let scalar = peek, scalar.properties.isWhitespace { position += 1 }
        let start = position
        guard let scalar = peek else { return nil }
        let kind: FilterToken.Kind
        switch scalar {
        case "(": kind = take(.open)
        case ")": kind = take(.close)
        case ",": kind = take(.comma)
        case "=", "<", ">", "!": kind = .comparator(takeComparator())
        case "'": kind = .string(try takeQuoted())
        case "\"", "`": kind = .name(prefix: nil, key: try takeQuoted(), isQuoted: true)
        case "0"..."9", "-", ".": kind = try takeNumber()
        default: kind = try takeName()
        }
        return FilterToken(kind: kind, text: text(from: start), column: startColumn + start)
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func text(from start: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<position])
        return String(text)
    }

    private mutating func take(_ kind: FilterToken.Kind) -> FilterToken.Kind {
        position += 1
        return kind
    }

    private mutating func takeComparator() -> String {
        let start = position
        while let scalar = peek, scalar == "=" || scalar == "<" || scalar == ">" || scalar == "!" { position += 1 }
        return text(from: start)
    }

    /// The content between two equal quotes; there is no escape.
    private mutating func takeQuoted() throws(TrackingError) -> String {
        let start = position
        let quote = scalars[start]
        position += 1
        while let scalar = peek, scalar != quote { position += 1 }
        guard peek != nil else {
            throw SearchFilter.error("the quote \(quote) is not closed", column: startColumn + start)
        }
        let content = String(text(from: start + 1))
        position += 1
        return content
    }

    private mutating func takeNumber() throws(TrackingError) -> FilterToken.Kind {
        let start = position
        if peek == "-" { position += 1 }
        while let scalar = peek, Self.isNumberScalar(scalar, after: scalars[position - (position > start ? 1 : 0)]) {
            position += 1
        }
        let text = text(from: start)
        guard let value = Double(text), value.isFinite, text.utf8.contains(where: { (48...57).contains($0) }),
            !(peek.map(Self.isNameScalar) ?? false)
        else {
            throw SearchFilter.error("'\(text)' is not a number", column: startColumn + start)
        }
        return .number(value, integer: Int64(text))
    }

    private static func isNumberScalar(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", ".", "e", "E": true
        case "-", "+": previous == "e" || previous == "E"
        default: false
        }
    }

    /// `key`, `prefix.key` with periods in the key, or `prefix.` and a quoted key.
    private mutating func takeName() throws(TrackingError) -> FilterToken.Kind {
        let start = position
        while let scalar = peek, Self.isNameScalar(scalar) { position += 1 }
        guard position > start else {
            throw SearchFilter.error("'\(scalars[start])' is not expected here", column: startColumn + start)
        }
        let word = text(from: start)
        if word.hasSuffix("."), let quote = peek, quote == "`" || quote == "\"",
            !word.dropLast().contains(".")
        {
            return .name(prefix: String(word.dropLast()), key: try takeQuoted(), isQuoted: true)
        }
        guard let period = word.firstIndex(of: ".") else { return .name(prefix: nil, key: word, isQuoted: false) }
        let key = String(word[word.index(after: period)...])
        guard !key.isEmpty else {
            throw SearchFilter.error("'\(word)' lacks a key", column: startColumn + start)
        }
        return .name(prefix: String(word[..<period]), key: key, isQuoted: false)
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "_", ".", "$", "#": true
        default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
    }
}

extension SearchFilter {
    static func error(_ message: String, column: Int? = nil) -> TrackingError {
        TrackingError(.invalidValue, column.map { "filter, column \($0)" } ?? "filter", message)
    }
}
