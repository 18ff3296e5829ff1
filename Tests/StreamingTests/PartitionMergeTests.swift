import Features
import Streaming
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PartitionMergeTests {
    private static let topic = (0..<3).map { TopicPartition("t", $0) }

    private static func transaction(_ id: Int64, at time: Int64) -> Transaction {
        Transaction(transactionID: id, dateTime: time, customerID: 1, terminalID: 1, amount: 1)
    }

    private static func letter(_ partition: TopicPartition, _ offset: Int64) -> DeadLetter {
        DeadLetter(partition: partition, offset: offset, key: nil, value: nil, reason: "no object")
    }

    /// Appends transactions of those ids and times, from offset 0 on.
    private static func fill(
        _ merge: inout PartitionMerge<HandbookMessages>, _ partition: Int, generation: Int = 1,
        _ messages: [(id: Int64, time: Int64)]
    ) {
        merge.append(to: topic[partition], generation: generation) { buffer in
            for (offset, message) in messages.enumerated() {
                buffer.append(transaction(message.id, at: message.time), time: message.time, offset: Int64(offset))
            }
        }
    }

    private static func pass(
        _ merge: inout PartitionMerge<HandbookMessages>, upTo bound: Int64 = .max, limit: Int = .max, total: Int = .max
    ) -> PartitionMerge<HandbookMessages>.Passed {
        var passed = PartitionMerge<HandbookMessages>.Passed()
        merge.pass(upTo: bound, limit: limit, total: total, into: &passed)
        return passed
    }

    @Test func messagesPassByTimeThenId() {
        var merge = PartitionMerge(HandbookMessages(), alignment: nil)
        // Within a partition messages may be out of order.
        Self.fill(&merge, 0, [(5, 10), (4, 10), (9, 40), (1, 20)])
        Self.fill(&merge, 1, [(3, 10), (2, 30)])
        #expect(merge.count == 6)
        let passed = Self.pass(&merge)
        #expect(passed.transactions.map(\.transactionID) == [3, 4, 5, 1, 2, 9])
        #expect(passed.position.nextOffsets == [Self.topic[0]: 4, Self.topic[1]: 2])
        #expect(merge.count == 0 && Self.pass(&merge).count == 0)
    }

    @Test func limitsLeaveTheRestInTheMerge() {
        var merge = PartitionMerge(HandbookMessages(), alignment: nil)
        Self.fill(&merge, 0, [(1, 10), (3, 30)])
        Self.fill(&merge, 1, [(2, 20), (4, 40)])
        let passed = Self.pass(&merge, limit: 3)
        #expect(passed.transactions.map(\.transactionID) == [1, 2, 3])
        #expect(passed.position.nextOffsets == [Self.topic[0]: 2, Self.topic[1]: 1])
        #expect(merge.count == 1)
        #expect(Self.pass(&merge, total: 0).count == 0)
        #expect(Self.pass(&merge).transactions.map(\.transactionID) == [4])
    }

    @Test func noPartitionRunsAheadOfOthersByMoreThanTheAlignment() {
        var merge = PartitionMerge(HandbookMessages(), alignment: .seconds(1))
        Self.fill(&merge, 0, [(1, 0), (2, 900_000), (3, 2_500_000)])
        #expect(merge.bound(waitingFor: Self.topic) < 0, "partitions without any message are waited for")
        Self.fill(&merge, 1, [(4, 500_000)])
        let bound = merge.bound(waitingFor: Array(Self.topic[..<2]))
        #expect(bound == 1_500_000)
        #expect(merge.partitions(ahead: bound).isEmpty)
        #expect(Self.pass(&merge, upTo: bound).transactions.map(\.transactionID) == [1, 4, 2])
        #expect(merge.partitions(ahead: bound) == [Self.topic[0]])
        #expect(merge.bound(waitingFor: []) == .max)
        #expect(PartitionMerge(HandbookMessages(), alignment: nil).bound(waitingFor: Self.topic) == .max)
    }

    /// Of a time that another partition may bring more of, nothing passes yet.
    @Test func anAlignmentBelowZeroKeepsOneOrder() {
        var merge = PartitionMerge(HandbookMessages(), alignment: .microseconds(-1))
        let both = Array(Self.topic[..<2])
        #expect(merge.bound(waitingFor: both) == .min)
        Self.fill(&merge, 0, [(4, 10), (5, 20), (6, 30)])
        #expect(merge.bound(waitingFor: both) == .min)
        Self.fill(&merge, 1, [(2, 10), (1, 20)])
        let bound = merge.bound(waitingFor: both)
        #expect(bound == 19)
        #expect(Self.pass(&merge, upTo: bound).transactions.map(\.transactionID) == [2, 4])
        // The partition that is waited for is not ahead, nor is one that is no further.
        #expect(merge.partitions(ahead: bound).isEmpty)
        #expect(merge.bound(waitingFor: []) == .max - 1)
        #expect(Self.pass(&merge, upTo: .max - 1).transactions.map(\.transactionID) == [1, 5, 6])
        Self.fill(&merge, 0, generation: 2, [(7, 40)])
        #expect(merge.partitions(ahead: 38) == [Self.topic[0]] && merge.partitions(ahead: 39).isEmpty)
        #expect(merge.partitions(ahead: .max).isEmpty)
    }

    @Test func recordsKeepOneOrderUnlessNoneIsWanted() throws {
        let records = try PlanSample.messages()
        #expect(records.alignment(.seconds(3_600)) == .microseconds(-1) && records.alignment(nil) == nil)
        #expect(HandbookMessages().alignment(.seconds(3_600)) == .seconds(3_600))
    }

    @Test func malformedMessagesPassWithTheOneBefore() {
        var merge = PartitionMerge(HandbookMessages(), alignment: nil)
        merge.append(to: Self.topic[0], generation: 1) { buffer in
            buffer.append(Self.letter(Self.topic[0], 0))
            buffer.append(Self.transaction(1, at: 10), time: 10, offset: 1)
            buffer.append(Self.letter(Self.topic[0], 2))
            buffer.append(Self.transaction(2, at: 20), time: 20, offset: 3)
            buffer.append(Self.letter(Self.topic[0], 4))
        }
        let first = Self.pass(&merge, upTo: 15)
        #expect(first.transactions.map(\.transactionID) == [1] && first.deadLetters.map(\.offset) == [0, 2])
        #expect(first.position.nextOffsets == [Self.topic[0]: 3])
        let second = Self.pass(&merge)
        #expect(second.transactions.map(\.transactionID) == [2] && second.deadLetters.map(\.offset) == [4])
    }

    @Test(arguments: 0..<60) func anyMessagesPassOnceAndInOrder(seed: UInt64) {
        MergeProperty(messages: HandbookMessages()) { Self.transaction($0, at: $1) }
            .check(seed: seed) { left, right in left < right }
    }

    @Test(arguments: 0..<60) func anyRecordsPassOnceAndInOrder(seed: UInt64) throws {
        // Texts of which some differ in bytes alone, in another order than the numbers in them.
        let text = { (id: Int64) in "\(["z", "Z", "\u{E9}", "e\u{301}"][Int(id % 4)])\(id / 4)" }
        MergeProperty(messages: try PlanSample.messages()) { PlanSample.record(text($0), at: $1) }
            .check(seed: seed) { text($0).utf8.lexicographicallyPrecedes(text($1).utf8) }
    }

    @Test func idsAreOrderedByValueOrBytes() {
        func text(_ text: String) -> RecordID { .bytes(Array(text.utf8)) }
        let ids: [RecordID] = [
            .none, .integer(.min), .integer(9), .integer(10), text(""), text("10"), text("9"), text("Z"),
            text("e\u{301}"),
            text("\u{E9}"),
        ]
        for (index, id) in ids.enumerated() {
            for (other, another) in ids.enumerated() {
                #expect((id < another) == (index < other))
                #expect((id == another) == (index == other))
            }
        }
        #expect(RecordID(.text("a")) == text("a") && RecordID(.integer(7)) == .integer(7) && RecordID(.null) == .none)
    }

    @Test func messagesOfEarlierAssignmentsAreDropped() {
        var merge = PartitionMerge(HandbookMessages(), alignment: nil)
        Self.fill(&merge, 0, generation: 1, [(1, 10), (2, 20)])
        Self.fill(&merge, 1, generation: 1, [(3, 30)])
        Self.fill(&merge, 0, generation: 2, [(2, 20)])
        #expect(merge.count == 2)
        merge.remove([Self.topic[1], Self.topic[2]])
        #expect(merge.count == 1)
        #expect(Self.pass(&merge).transactions.map(\.transactionID) == [2])
    }

    /// A partition with nothing but malformed messages has no time: the others wait for it only so long.
    @Test(arguments: [(20, false), (1_500, true)])
    func malformedMessagesDoNotHoldOthersUp(malformed: Int, passes: Bool) async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1, "broken": 1])
        try await Sample.fill(cluster, "broken", 0..<malformed)
        let producer = try await KafkaProducer(cluster.configuration)
        var batch = MessageBatch()
        batch.append(
            key: "1".utf8,
            value: #"""
                {"transaction_id": 1, "tx_datetime": "2019-08-22 00:00:31", "customer_id": 596, "terminal_id": 3156,
                "tx_amount": 57.16, "tx_time_seconds": 31, "tx_time_days": 0}
                """#.utf8)
        try await producer.produce(batch, to: "transactions").confirm()
        await producer.close()

        let consumer = KafkaConsumer(
            cluster.configuration, topics: ["transactions", "broken"], settings: Sample.settings())
        async let running: Void = consumer.run()
        var merge = PartitionMerge(HandbookMessages(), alignment: .seconds(3_600))
        var count = 0
        for try await batch in consumer.batches {
            batch.decode(into: &merge)
            count += batch.count
            if count == malformed + 1 { consumer.stop() }
        }
        try await running
        let bound = merge.bound(waitingFor: [TopicPartition("transactions", 0), TopicPartition("broken", 0)])
        // 2019-08-22 00:00:31, in microseconds.
        #expect((bound >= 1_566_432_031_000_000) == passes)
    }
}
