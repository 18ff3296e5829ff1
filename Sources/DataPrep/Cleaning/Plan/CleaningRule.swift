/// Why a row is dropped; a row falls to the first rule of the plan that it breaks.
///
/// The constants are the rules of a ``CleaningPlan``, in their order. A ``TableCleaningPlan`` has those that it lists, and
/// rules with names of its own.
public struct CleaningRule: RawRepresentable, Sendable, Hashable, Codable {
    /// The rule's name in reports and files.
    public let rawValue: String

    /// The rule of that name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It has another number of fields than the header.
    public static let malformed = CleaningRule(rawValue: "malformed")
    /// A field is empty or one of `None`, `NULL`, `Err`, `nan`, in any case; by a schema, one of its missing markers.
    public static let missing = CleaningRule(rawValue: "missing")
    /// A field is not a value of its type, or is a date and time that does not exist.
    public static let invalid = CleaningRule(rawValue: "invalid")
    /// The customer is one of those that mean 'unknown'.
    public static let unknownCustomer = CleaningRule(rawValue: "unknownCustomer")
    /// The amount is not above zero, or not finite.
    public static let nonPositiveAmount = CleaningRule(rawValue: "nonPositiveAmount")
    /// A row before it, in input order, that passed the rules above has the same transaction_id (or is equal as a whole).
    public static let duplicate = CleaningRule(rawValue: "duplicate")
    /// The amount is outside the plan's fences.
    public static let amountOutlier = CleaningRule(rawValue: "amountOutlier")
    /// By a schema: a value is one of its column's codes for 'unknown'.
    public static let unknownCode = CleaningRule(rawValue: "unknownCode")

    var index: Int { CleaningRule.allCases.firstIndex(of: self) ?? 0 }
}

extension CleaningRule: CaseIterable {
    /// The rules of a ``CleaningPlan``, in their order.
    public static let allCases: [CleaningRule] = [
        .malformed, .missing, .invalid, .unknownCustomer, .nonPositiveAmount, .duplicate, .amountOutlier,
    ]
}

extension CleaningRule: CustomStringConvertible {
    /// The name.
    public var description: String { rawValue }
}
