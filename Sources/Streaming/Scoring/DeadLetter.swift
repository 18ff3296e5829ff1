/// A message that is not a transaction, or not a label, for the dead-letter topic.
///
/// It keeps its key, its value (which may be missing) and its headers; further headers, under Kafka Connect's names,
/// say where it was read and what is wrong with it.
package struct DeadLetter: Sendable {
    /// How much of the message is passed on: less when the brokers refuse more.
    enum Form: Int, Sendable {
        case whole
        /// The first bytes of the value; key and headers unless they are long themselves.
        case cut
        /// Only the headers that say where the message is.
        case bare
    }

    static let keptValueBytes = 1_000
    private static let longestKept = 10_000
    private static let longestReason = 300
    /// The most bytes that the record around key, value and headers takes, with the added headers.
    private static let overhead = 700

    let partition: TopicPartition
    package let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]?
    let packedHeaders: [UInt8]
    let reason: String
    var form = Form.whole

    package init(
        partition: TopicPartition, offset: Int64, key: [UInt8]?, value: [UInt8]?, packedHeaders: [UInt8] = [],
        reason: String
    ) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        self.packedHeaders = packedHeaders
        self.reason = reason
    }

    init(of batch: ConsumedBatch, at index: Int, reason: String) {
        self.init(
            partition: batch.partition(at: index), offset: batch.messages[index].offset,
            key: batch.key(at: index).map(Array.init), value: batch.value(at: index).map(Array.init),
            packedHeaders: Array(batch.packedHeaders(at: index)), reason: reason)
    }

    /// The most bytes that the dead letter takes on the wire, before compression.
    var wireSize: Int { (key?.count ?? 0) + (value?.count ?? 0) + packedHeaders.count + Self.overhead }

    /// Switches to the next smaller form.
    /// - Returns: false when there is none.
    mutating func shrink() -> Bool {
        guard let smaller = Form(rawValue: form.rawValue + 1) else { return false }
        form = smaller
        return true
    }

    func append(to batch: inout MessageBatch) {
        var headers = form == .whole || (form == .cut && packedHeaders.count <= Self.longestKept) ? packedHeaders : []
        for header in note { HeaderBytes.append(header, to: &headers) }
        switch form {
        case .whole: batch.append(key: key, value: value, packedHeaders: headers)
        case .cut:
            batch.append(
                key: key.flatMap { $0.count <= Self.longestKept ? $0 : nil },
                value: value?.prefix(Self.keptValueBytes), packedHeaders: headers)
        case .bare: batch.append(key: [UInt8]?.none, value: [UInt8]?.none, packedHeaders: headers)
        }
    }

    private var note: [MessageHeader] {
        var note = [
            MessageHeader("__connect.errors.topic", partition.topic),
            MessageHeader("__connect.errors.partition", "\(partition.partition)"),
            MessageHeader("__connect.errors.offset", "\(offset)"),
            MessageHeader(
                "__connect.errors.exception.message",
                String(decoding: reason.utf8.prefix(Self.longestReason), as: UTF8.self)),
        ]
        if form != .whole {
            note.append(MessageHeader("antifraud.original.key.size", key.map { "\($0.count)" } ?? "none"))
            note.append(MessageHeader("antifraud.original.value.size", value.map { "\($0.count)" } ?? "none"))
        }
        return note
    }
}
