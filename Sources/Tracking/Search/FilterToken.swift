/// What the lexer of MLflow's filter language yields.
struct FilterToken: Hashable {
    enum Kind: Hashable {
        /// `metrics.auc`, `` params.`a b` ``, `status`; also the keywords, which only the parser distinguishes.
        case name(prefix: String?, key: String, isQuoted: Bool)
        case string(String)
        case number(Double, integer: Int64?)
        case comparator(String)
        case open, close, comma
    }

    var kind: Kind
    /// As written, for messages.
    var text: String
    /// Position in the filter, in characters from 1.
    var column: Int

    /// The word in capitals if this is unquoted, as a keyword must be.
    var keyword: String? {
        guard case .name(nil, let key, false) = kind else { return nil }
        return key.uppercased()
    }
}
