/// A condition in MLflow's filter language, such as `metrics.auc > 0.9 and params.depth = '5'`.
///
/// Conditions are joined by `and`. Each compares a field with a value:
/// - `metrics.KEY` with a number by `=`, `!=`, `<`, `<=`, `>`, `>=`;
/// - `params.KEY` and `tags.KEY` with a quoted text by `=`, `!=`, `LIKE`, `ILIKE` (`%` and `_` are wildcards; `ILIKE`
///   ignores ASCII case), or by `IS NULL` and `IS NOT NULL`;
/// - `attributes.NAME` (the prefix may be left out): `status`, `run_name`, `run_id`, `user_id`, `artifact_uri` with a
///   text, `start_time` and `end_time` with a number of milliseconds; `run_id` also by `IN ('a', 'b')`;
/// - `datasets.name`, `.digest`, `.context` with a text or a list.
///
/// Keys with other characters stand in backquotes or double quotes: `metrics."val/auc"`. Texts are written in single or
/// double quotes and used unchanged: as in MLflow, there are no escapes.
///
/// Values that are interpolated into a literal never become part of the language, whatever they hold; write them
/// without quotes: `"params.city = \(city)"`.
public struct SearchFilter: Sendable, Hashable, ExpressibleByStringInterpolation {
    enum Fragment: Sendable, Hashable {
        case text(String)
        case string(String)
        case number(Double, integer: Int64?)
    }

    var fragments: [Fragment]

    /// A filter whose text is known at run time only. Use a literal with interpolation to put values in.
    public init(_ text: String) { fragments = [.text(text)] }

    /// A filter from a literal.
    public init(stringLiteral text: String) { fragments = [.text(text)] }

    /// A filter from a literal with values.
    public init(stringInterpolation: StringInterpolation) { fragments = stringInterpolation.fragments }

    /// Collects a literal's parts.
    public struct StringInterpolation: StringInterpolationProtocol {
        var fragments: [Fragment] = []

        /// Room for a literal's parts.
        public init(literalCapacity: Int, interpolationCount: Int) {
            fragments.reserveCapacity(2 * interpolationCount + 1)
        }

        /// A part of the filter's own text.
        public mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { fragments.append(.text(text)) }
        }

        /// A text value.
        public mutating func appendInterpolation(_ value: some StringProtocol) {
            fragments.append(.string(String(value)))
        }

        /// A whole number.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            fragments.append(.number(Double(value), integer: Int64(exactly: value)))
        }

        /// A number.
        public mutating func appendInterpolation(_ value: some BinaryFloatingPoint) {
            fragments.append(.number(Double(value), integer: nil))
        }
    }
}

extension SearchFilter: CustomStringConvertible {
    /// The filter with its values, for messages.
    public var description: String {
        fragments.map { fragment in
            switch fragment {
            case .text(let text): text
            case .string(let value): "'\(value)'"
            case .number(let value, let integer): integer.map(String.init) ?? "\(value)"
            }
        }.joined()
    }
}
