import Columnar

/// Reads the text of a pattern into the elements of a ``TimePattern``.
struct TimePatternReader {
    private let text: String
    private let characters: [Character]
    private var position = 0
    private var elements: [TimePattern.Element] = []

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    /// - Throws: ``SchemaError/invalidTimeFormat(text:reason:)``.
    mutating func read() throws(SchemaError) -> [TimePattern.Element] {
        let isStrptime = characters.contains("%")
        while position < characters.count {
            if isStrptime { try readDirective() } else { try readLetters() }
        }
        try check()
        if isStrptime { fixWidths() }
        try checkWidths()
        return elements
    }

    private func failure(_ reason: String) -> SchemaError { .invalidTimeFormat(text: text, reason: reason) }

    private mutating func append(literal character: Character) {
        elements += String(character).utf8.map { .literal($0) }
    }

    // MARK: Java and Unicode

    private mutating func readLetters() throws(SchemaError) {
        let character = characters[position]
        if character == "'" { return try readQuoted() }
        guard character.isASCII, character.isLetter else {
            // Java reserves them, for optional sections and for the future.
            guard !"[]{}#".contains(character) else {
                throw failure("'\(character)' has no meaning here; in quotes it stands for itself: ''\(character)''")
            }
            position += 1
            return append(literal: character)
        }
        let start = position
        while position < characters.count, characters[position] == character { position += 1 }
        elements.append(try element(letter: character, count: position - start))
    }

    private mutating func readQuoted() throws(SchemaError) {
        position += 1
        if position < characters.count, characters[position] == "'" {
            position += 1
            return append(literal: "'")
        }
        while position < characters.count {
            let character = characters[position]
            position += 1
            if character == "'" {
                guard position < characters.count, characters[position] == "'" else { return }
                position += 1
            }
            append(literal: character)
        }
        throw failure("a quote is not closed")
    }

    private func element(letter: Character, count: Int) throws(SchemaError) -> TimePattern.Element {
        switch (letter, count) {
        case ("y", 4), ("u", 4): return .number(.year, minimum: 4, maximum: 4)
        case ("y", 2), ("u", 2): return .number(.shortYear, minimum: 2, maximum: 2)
        case ("M", 1), ("M", 2): return .number(.month, minimum: count, maximum: 2)
        case ("M", 3), ("M", 4): return .monthName(isFull: count == 4)
        case ("d", 1), ("d", 2): return .number(.day, minimum: count, maximum: 2)
        case ("E", 1...4): return .weekdayName(isFull: count == 4)
        case ("H", 1), ("H", 2): return .number(.hour, minimum: count, maximum: 2)
        case ("h", 1), ("h", 2): return .number(.hour12, minimum: count, maximum: 2)
        case ("a", 1): return .halfDay
        case ("m", 1), ("m", 2): return .number(.minute, minimum: count, maximum: 2)
        case ("s", 1), ("s", 2): return .number(.second, minimum: count, maximum: 2)
        case ("S", 1...9): return .number(.fraction, minimum: count, maximum: count)
        case ("Z", 1...3), ("X", 1...3), ("x", 1...3): return .offset
        default:
            let letters = String(repeating: letter, count: count)
            throw failure(
                "\(QuotedText.value(letters)) is none of \(TimePatternReader.letters)"
                    + "; what stands for itself is in quotes: '\(letters)'")
        }
    }

    private static let letters =
        "yyyy, yy, MM, M, MMM, MMMM, dd, d, EEE, EEEE, HH, H, hh, h, a, mm, m, ss, s, S to SSSSSSSSS, Z, XXX"

    // MARK: strptime

    private mutating func readDirective() throws(SchemaError) {
        let character = characters[position]
        position += 1
        guard character == "%" else { return append(literal: character) }
        // glibc's form without padding: zeros are optional anyway.
        if position < characters.count, characters[position] == "-" { position += 1 }
        guard position < characters.count else { throw failure("a directive is missing after the last '%'") }
        let directive = characters[position]
        position += 1
        switch directive {
        case "Y": elements.append(.number(.year, minimum: 4, maximum: 4))
        case "y": elements.append(.number(.shortYear, minimum: 2, maximum: 2))
        case "m": elements.append(.number(.month, minimum: 1, maximum: 2))
        case "b", "h": elements.append(.monthName(isFull: false))
        case "B": elements.append(.monthName(isFull: true))
        case "d": elements.append(.number(.day, minimum: 1, maximum: 2))
        case "a": elements.append(.weekdayName(isFull: false))
        case "A": elements.append(.weekdayName(isFull: true))
        case "H": elements.append(.number(.hour, minimum: 1, maximum: 2))
        case "I": elements.append(.number(.hour12, minimum: 1, maximum: 2))
        case "p": elements.append(.halfDay)
        case "M": elements.append(.number(.minute, minimum: 1, maximum: 2))
        case "S": elements.append(.number(.second, minimum: 1, maximum: 2))
        case "f": elements.append(.number(.fraction, minimum: 1, maximum: 9))
        case "z": elements.append(.offset)
        case "%": append(literal: "%")
        case "F": try expand("%Y-%m-%d")
        case "T": try expand("%H:%M:%S")
        case "R": try expand("%H:%M")
        default:
            throw failure(
                "\(QuotedText.value("%\(directive)")) is none of %Y, %y, %m, %b, %B, %d, %a, %A, %H, %I, %p, %M, %S, %f, %z, "
                    + "%F, %T, %R, %%")
        }
    }

    private mutating func expand(_ directives: String) throws(SchemaError) {
        var reader = TimePatternReader(directives)
        while reader.position < reader.characters.count { try reader.readDirective() }
        elements += reader.elements
    }

    /// Numbers of `strptime` have all their digits where digits follow directly: `%Y%m%d`.
    private mutating func fixWidths() {
        for index in elements.indices.dropLast() where elements[index + 1].startsWithDigit {
            guard case .number(let part, _, let maximum) = elements[index] else { continue }
            // Python's fractions have six digits.
            let width = part == .fraction ? 6 : maximum
            elements[index] = .number(part, minimum: width, maximum: width)
        }
    }

    // MARK: What makes a time

    private func check() throws(SchemaError) {
        var parts: Set<TimePattern.Part> = []
        for part in elements.compactMap(\.part) {
            guard parts.insert(part).inserted else { throw failure("it has the \(part.name) twice") }
        }
        func both(_ one: TimePattern.Part, _ other: TimePattern.Part) throws(SchemaError) {
            if parts.isSuperset(of: [one, other]) {
                throw failure("it has the \(one.name) and the \(other.name); one of them is enough")
            }
        }
        try both(.year, .shortYear)
        try both(.hour, .hour12)
        try both(.hour, .halfDay)
        guard parts.contains(.year) || parts.contains(.shortYear) else {
            throw failure(
                "it has no year: yyyy or %Y. For hours, days or seconds from an origin, the type is relative_time")
        }
        guard parts.contains(.month) else { throw failure("it has no month: MM or %m") }
        guard parts.contains(.day) else { throw failure("it has no day: dd or %d") }
        if parts.contains(.hour12) != parts.contains(.halfDay) {
            throw failure(
                "an hour from 1 to 12 (hh, %I) and AM or PM (a, %p) need each other; hours to 23 are HH or %H")
        }
        let hasHour = parts.contains(.hour) || parts.contains(.hour12)
        if parts.contains(.minute), !hasHour {
            throw failure("it has a minute without an hour: mm are minutes, MM is the month")
        }
        if parts.contains(.second), !parts.contains(.minute) { throw failure("it has a second without a minute") }
        if parts.contains(.fraction), !parts.contains(.second) { throw failure("it has a fraction without a second") }
        if parts.contains(.offset), !hasHour { throw failure("it has an offset without an hour") }
    }

    private func checkWidths() throws(SchemaError) {
        for (element, next) in zip(elements, elements.dropFirst()) where next.startsWithDigit {
            if case .number(let part, let minimum, let maximum) = element, minimum < maximum {
                throw failure("digits follow the \(part.name) directly: with two letters it has two digits")
            }
        }
    }
}

extension TimePattern.Element {
    /// Whether its texts begin with a digit.
    fileprivate var startsWithDigit: Bool {
        switch self {
        case .literal(let byte): byte &- 0x30 <= 9
        case .number: true
        case .monthName, .weekdayName, .halfDay, .offset: false
        }
    }
}

extension TimePattern.Part {
    /// For messages.
    fileprivate var name: String {
        switch self {
        case .year: "year"
        case .shortYear: "two-digit year"
        case .month: "month"
        case .day: "day"
        case .hour: "hour"
        case .hour12: "hour from 1 to 12"
        case .minute: "minute"
        case .second: "second"
        case .fraction: "fraction of a second"
        case .weekday: "weekday"
        case .halfDay: "AM or PM"
        case .offset: "offset"
        }
    }
}
