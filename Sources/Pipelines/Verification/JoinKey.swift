import Columnar

/// What tells which score is of which transaction: its id as text, byte by byte, and its time where the scores have it.
struct JoinKey: Sendable, Hashable {
    let id: String
    let time: Int64?

    static func == (left: JoinKey, right: JoinKey) -> Bool {
        left.time == right.time && left.id.utf8.elementsEqual(right.id.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var id = id
        id.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(time)
    }
}

/// The ids of a table's rows as text; their numbers where there are no ids.
struct JoinIDs: Sendable {
    let column: Column?

    func id(_ row: Int, number: Int64) -> String {
        guard let column else { return String(number) }
        return column.text(ofRow: row, limit: .max)
    }
}
