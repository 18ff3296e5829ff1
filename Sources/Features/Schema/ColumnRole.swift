/// What a ``SchemaColumn`` means for fraud detection.
public enum ColumnRole: Sendable, Hashable {
    /// Identifies the transaction; unique.
    case id
    /// When it happened.
    case time
    /// What was paid.
    case amount
    /// Whether it was a fraud: the texts of either value, compared without case and without blanks around them.
    case label(fraud: [String] = ColumnRole.standardFraudValues, genuine: [String] = ColumnRole.standardGenuineValues)
    /// Who or what takes part, and has a history: customer, card, terminal, merchant.
    case key
    /// What else is known of the transaction when it happens.
    case attribute
    /// Degrees north of the point of that name, such as `customer` or `merchant`.
    case latitude(point: String)
    /// Degrees east of the point of that name.
    case longitude(point: String)
    /// When the label became known.
    case knownAt
    /// Nothing: it is carried along, and is never a feature.
    case ignored

    /// `1`.
    public static let standardFraudValues = ["1"]
    /// `0`.
    public static let standardGenuineValues = ["0"]

    /// The role's name in JSON.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case id, time, amount, label, key, attribute, latitude, longitude
        case knownAt = "known_at"
        case ignored
    }

    /// The role without its settings.
    public var kind: Kind {
        switch self {
        case .id: .id
        case .time: .time
        case .amount: .amount
        case .label: .label
        case .key: .key
        case .attribute: .attribute
        case .latitude: .latitude
        case .longitude: .longitude
        case .knownAt: .knownAt
        case .ignored: .ignored
        }
    }
}
