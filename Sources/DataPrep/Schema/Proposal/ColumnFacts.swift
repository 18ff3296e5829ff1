import Features
/// What the rules of a ``SchemaProposal`` ask of a column.
struct ColumnFacts: Sendable {
    /// How values are stored.
    enum Storage: Sendable, Hashable {
        case boolean, integer, float, date, text, binary
        case timestamp(isUTC: Bool)
    }

    let profile: ColumnProfile
    let words: ColumnWords
    let storage: Storage
    /// For text: how it is read as time.
    let time: TimeTextMatch?
    /// For text: how it is read as numbers.
    let separators: NumberSeparators?

    /// Nearly all values are different from this share on.
    private static let uniqueShare = 0.98

    init(_ profile: ColumnProfile) {
        self.profile = profile
        words = ColumnWords(profile.name)
        storage =
            switch profile.type {
            case "boolean": .boolean
            case "int32", "int64": .integer
            case "float32", "float64": .float
            case "date": .date
            case "string": .text
            case let type where type.hasPrefix("timestamp"): .timestamp(isUTC: type.contains("UTC"))
            default: .binary
            }
        let isText = storage == .text
        separators = isText ? NumberForms.separators(of: profile.sampledTexts) : nil
        time = isText ? TimeTextMatch(profile.sampledTexts) : nil
    }

    var name: String { profile.name }
    var distinct: Int { profile.distinct.count }
    var isEmpty: Bool { profile.count == 0 }
    var isNumber: Bool { storage == .integer || storage == .float }
    /// Whether values could name someone or something: texts and whole numbers.
    var isNominal: Bool { storage == .integer || storage == .text && time == nil && !isDecimalText }
    /// Texts with a fraction.
    var isDecimalText: Bool {
        guard let separators else { return false }
        return !NumberForms.areWhole(profile.sampledTexts, separators)
    }
    /// Numbers, also as text.
    var isNumeric: Bool { isNumber || separators != nil }
    /// The smallest and the largest number; nil for texts.
    var range: ClosedRange<Double>? {
        guard isNumber, let low = profile.minimum?.double, let high = profile.maximum?.double, low <= high else {
            return nil
        }
        return low...high
    }
    var ascends: Bool { profile.order == .ascending || profile.order == .strictlyAscending }
    /// Whether every value, or almost every one, is different; within four standard errors of an estimate.
    var isUnique: Bool {
        let tolerance = 4 * (profile.distinct.standardError ?? 0)
        return profile.count > 1 && Double(distinct) >= (Self.uniqueShare - tolerance) * Double(profile.count)
    }
    /// Rows for each different value.
    var rowsPerValue: Double { distinct > 0 ? Double(profile.count) / Double(distinct) : 0 }
    /// Whether values count the rows one by one.
    var countsRows: Bool {
        guard storage == .integer, profile.order == .strictlyAscending, profile.missing == 0, let range else {
            return false
        }
        return range.upperBound - range.lowerBound == Double(profile.count - 1)
    }
    /// Values as text, of numbers only some: extremes, quantiles, frequent ones.
    var exampleTexts: [String] {
        guard profile.sampledTexts.isEmpty else { return profile.sampledTexts }
        let values =
            [profile.minimum, profile.maximum].compactMap { $0 } + profile.quantiles.map(\.value)
            + profile.mostFrequent.map(\.value)
        return Set(values.map(Self.text)).sorted()
    }
    /// A value as a person writes it: a whole number without a fraction.
    private static func text(_ value: ProfileValue) -> String {
        if case .number(let number) = value, let whole = Int64(exactly: number) { return "\(whole)" }
        return value.description
    }
    /// Texts that mean a missing value; an empty one always does.
    var missingMarkers: [String] { profile.markers.map(\.value.description).filter { !$0.isEmpty } }
    /// Its two values as text, with their counts, the rarer first; nil if there are not two.
    var twoValues: [(text: String, count: Int)]? {
        guard profile.distinct.isExact, distinct == 2, profile.mostFrequent.count == 2 else { return nil }
        return profile.mostFrequent.map { (Self.text($0.value), $0.count) }.sorted { $0.1 < $1.1 }
    }
    /// Its two values where they are known answers, such as `ja` and `nein`, as they are written.
    var answers: (yes: String, no: String)? {
        guard let values = twoValues?.map(\.text) else { return nil }
        for (yes, no) in RoleWords.answers {
            for (first, second) in [(values[0], values[1]), (values[1], values[0])]
            where first.lowercased() == yes && second.lowercased() == no {
                return (first, second)
            }
        }
        return nil
    }
}
