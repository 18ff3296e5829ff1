/// Why a row is dropped; a row falls to the first rule, in this order, that it breaks.
public enum CleaningRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// It has another number of fields than the header.
    case malformed
    /// A field is empty or one of `None`, `NULL`, `Err`, `nan`, in any case.
    case missing
    /// A field is not a value of its type, or is a date and time that does not exist.
    case invalid
    /// The customer is one of those that mean 'unknown'.
    case unknownCustomer
    /// The amount is not above zero, or not finite.
    case nonPositiveAmount
    /// A row before it, in input order, that passed the rules above has the same transaction_id (or is equal as a whole).
    case duplicate
    /// The amount is outside the plan's fences.
    case amountOutlier

    var index: Int {
        switch self {
        case .malformed: 0
        case .missing: 1
        case .invalid: 2
        case .unknownCustomer: 3
        case .nonPositiveAmount: 4
        case .duplicate: 5
        case .amountOutlier: 6
        }
    }
}
