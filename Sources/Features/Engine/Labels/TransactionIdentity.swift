/// What tells a transaction from others: its time and id, or where it has no id all that is known of it when it happens.
struct TransactionIdentity: Sendable, Hashable {
    /// In microseconds since 1970.
    let time: Int64
    /// The values: texts differ by their bytes.
    let bytes: [UInt8]

    init(time: Int64, bytes: [UInt8]) {
        self.time = time
        self.bytes = bytes
    }

    init(_ record: TransactionRecord, _ schema: TransactionSchema, time: Int64) {
        let columns = zip(schema.columns, record.values)
        var values = columns.filter { $0.0.role == .id && $0.1 != .null }
        if values.isEmpty { values = columns.filter { ![.label, .knownAt, .ignored].contains($0.0.role.kind) } }
        var writer = VarintWriter(bytes: [])
        for (_, value) in values { writer.append(value) }
        self.init(time: time, bytes: writer.bytes)
    }
}

extension VarintWriter {
    fileprivate mutating func append(_ value: TransactionValue) {
        switch value {
        case .null: append(unsigned: 0)
        case .integer(let integer):
            append(unsigned: 1)
            append(signed: integer)
        case .number(let number):
            append(unsigned: 2)
            append(number)
        case .boolean(let boolean): append(unsigned: boolean ? 4 : 3)
        case .text(let text):
            append(unsigned: 5)
            append(text: Array(text.utf8)[...])
        case .time(let time):
            append(unsigned: 6)
            append(signed: time)
        }
    }
}
