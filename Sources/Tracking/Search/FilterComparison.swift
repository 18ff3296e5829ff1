/// One condition of a filter, checked.
struct FilterComparison: Hashable {
    enum Entity: String, Hashable {
        case metric, parameter, tag, attribute, dataset
    }

    enum Comparator: String, Hashable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case like = "LIKE"
        case ilike = "ILIKE"
        case isIn = "IN"
        case isNotIn = "NOT IN"
        case isNull = "IS NULL"
        case isNotNull = "IS NOT NULL"
    }

    enum Value: Hashable {
        case none
        case string(String)
        case number(Double, integer: Int64?)
        case list([String])
    }

    var entity: Entity
    var key: String
    var comparator: Comparator
    var value: Value
}
