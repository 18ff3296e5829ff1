/// A pattern for object keys, as in shells and Spark: `*` and `?` stand for any characters and any one character of a
/// segment, `[a-c]` and `[!a-c]` for one of a set, `{x,y}` for alternatives, a segment `**` for any number of segments.
/// A backslash escapes the character after it.
package struct GlobPattern: Sendable, Hashable {
    enum Element: Sendable, Hashable {
        case literal(Unicode.Scalar)
        case anyScalar
        case anyScalars
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .literal(let own): own == scalar
            case .anyScalar: true
            case .anyScalars: false
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    enum Segment: Sendable, Hashable {
        /// `**`
        case anySegments
        case elements([Element])

        /// The name, if there is only one that matches.
        var literal: String? {
            guard case .elements(let elements) = self else { return nil }
            var name = String.UnicodeScalarView()
            for element in elements {
                guard case .literal(let scalar) = element else { return nil }
                name.append(scalar)
            }
            return String(name)
        }

        /// Whether a name is of this form. A leading `.` or `_` of a name only matches itself.
        func matches(_ name: some StringProtocol) -> Bool {
            let scalars = Array(name.unicodeScalars)
            let isHidden = scalars.first == "." || scalars.first == "_"
            guard case .elements(let elements) = self else { return !isHidden }
            if isHidden, let first = scalars.first, elements.first != .literal(first) { return false }
            return Self.matches(elements, scalars)
        }

        /// Needs to go back to the latest star only; that keeps it quadratic at worst.
        private static func matches(_ elements: [Element], _ scalars: [Unicode.Scalar]) -> Bool {
            var element = 0, scalar = 0
            var afterStar: (element: Int, scalar: Int)?
            while scalar < scalars.count {
                if element < elements.count, elements[element] == .anyScalars {
                    element += 1
                    afterStar = (element, scalar)
                } else if element < elements.count, elements[element].matches(scalars[scalar]) {
                    element += 1
                    scalar += 1
                } else if let star = afterStar {
                    afterStar = (star.element, star.scalar + 1)
                    (element, scalar) = (star.element, star.scalar + 1)
                } else {
                    return false
                }
            }
            return elements[element...].allSatisfy { $0 == .anyScalars }
        }
    }

    private static let maximumAlternatives = 1_000

    /// The pattern with braces expanded, segment by segment; a key must match one of these forms.
    let alternatives: [[Segment]]

    /// The folder, with a closing `/`, that contains all matches; empty for the store's root.
    var literalFolder: String {
        let folders = alternatives.map { $0.dropLast().prefix { $0.literal != nil }.compactMap(\.literal) }
        guard var common = folders.first else { return "" }
        for folder in folders.dropFirst() {
            common = zip(common, folder).prefix { $0.hasBytes(of: $1) }.map(\.0)
        }
        return common.map { $0 + "/" }.joined()
    }

    /// Whether a text has a character that makes it a pattern.
    static func isPattern(_ text: String) -> Bool {
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if "*?[{".unicodeScalars.contains(scalar) {
                return true
            }
        }
        return false
    }

    /// The text without the backslashes that escape.
    static func unescaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if !isEscaped, scalar == "\\" {
                isEscaped = true
                continue
            }
            // A backslash before an ordinary character is part of the name.
            if isEscaped, !"*?[]{},\\".unicodeScalars.contains(scalar) { result.append("\\") }
            result.append(scalar)
            isEscaped = false
        }
        if isEscaped { result.append("\\") }
        return String(result)
    }

    /// The text with backslashes before every special character.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if "*?[]{},\\".unicodeScalars.contains(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` for an open `[` or `{`, a `..`, or too many alternatives.
    package init(_ text: String) throws(ObjectStoreError) {
        var alternatives: [[Segment]] = []
        for expanded in try Self.expandingBraces(Array(text.unicodeScalars), in: text) {
            var segments: [Segment] = []
            // Alternatives may be empty: `{,a}/b` is also `b`.
            for segment in Self.segments(expanded) where segment != [] && segment != ["."] {
                guard segment != [".", "."] else {
                    throw ObjectStoreError(.invalidURL, location: text, message: ".. has no meaning in a pattern")
                }
                segments.append(segment == ["*", "*"] ? .anySegments : .elements(try Self.elements(segment, in: text)))
            }
            alternatives.append(segments)
        }
        self.alternatives = alternatives
    }
}

extension GlobPattern {
    private static func expandingBraces(
        _ scalars: [Unicode.Scalar], in text: String
    ) throws(ObjectStoreError) -> [[Unicode.Scalar]] {
        guard let open = firstUnescaped("{", scalars) else { return [scalars] }
        var depth = 0
        var partStart = open + 1
        var parts: [[Unicode.Scalar]] = []
        var index = open
        while index < scalars.count {
            switch scalars[index] {
            case "\\": index += 1
            case "{": depth += 1
            case "}":
                depth -= 1
                guard depth == 0 else { break }
                parts.append(Array(scalars[partStart..<index]))
                var expanded: [[Unicode.Scalar]] = []
                for part in parts {
                    expanded += try expandingBraces(scalars[..<open] + part + scalars[(index + 1)...], in: text)
                    guard expanded.count <= maximumAlternatives else {
                        throw ObjectStoreError(
                            .invalidURL, location: text,
                            message: "the pattern has more than \(maximumAlternatives) alternatives")
                    }
                }
                return expanded
            case "," where depth == 1:
                parts.append(Array(scalars[partStart..<index]))
                partStart = index + 1
            default: break
            }
            index += 1
        }
        throw ObjectStoreError(.invalidURL, location: text, message: "the pattern lacks a closing }")
    }

    private static func firstUnescaped(_ wanted: Unicode.Scalar, _ scalars: [Unicode.Scalar]) -> Int? {
        var index = 0
        while index < scalars.count {
            if scalars[index] == wanted { return index }
            index += scalars[index] == "\\" ? 2 : 1
        }
        return nil
    }

    private static func segments(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        scalars.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
    }

    private static func elements(
        _ segment: [Unicode.Scalar], in text: String
    ) throws(ObjectStoreError) -> [Element] {
        var elements: [Element] = []
        var index = 0
        while index < segment.count {
            switch segment[index] {
            case "*": if elements.last != .anyScalars { elements.append(.anyScalars) }
            case "?": elements.append(.anyScalar)
            case "[":
                let (set, end) = try set(segment, from: index, in: text)
                elements.append(set)
                index = end
            case "\\" where index + 1 < segment.count && "*?[]{},\\".unicodeScalars.contains(segment[index + 1]):
                index += 1
                elements.append(.literal(segment[index]))
            case let scalar: elements.append(.literal(scalar))
            }
            index += 1
        }
        return elements
    }

    /// The set that starts with `[` at `start`, and the position of its `]`.
    private static func set(
        _ segment: [Unicode.Scalar], from start: Int, in text: String
    ) throws(ObjectStoreError) -> (Element, end: Int) {
        var index = start + 1
        let isNegated = index < segment.count && (segment[index] == "!" || segment[index] == "^")
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < segment.count {
            if segment[index] == "]", index > first { return (.set(ranges, isNegated: isNegated), index) }
            if segment[index] == "\\", index + 1 < segment.count { index += 1 }
            let low = segment[index]
            if index + 2 < segment.count, segment[index + 1] == "-", segment[index + 2] != "]" {
                index += 2
                if low <= segment[index] { ranges.append(low...segment[index]) }
            } else {
                ranges.append(low...low)
            }
            index += 1
        }
        throw ObjectStoreError(.invalidURL, location: text, message: "the pattern lacks a closing ]")
    }
}
