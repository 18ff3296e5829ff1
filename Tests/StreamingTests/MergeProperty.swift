import Streaming
import TestSupport
import Testing

/// What a merge of partitions keeps to whatever the messages are: each passes once, those of a partition in their order, those that
/// pass together by time and id, and none beyond the bound.
struct MergeProperty<Messages: TransactionMessages> {
    private struct Sent {
        let id: Int64
        /// That of the transaction before, for a malformed message.
        let time: Int64
        let isMalformed: Bool
    }

    let messages: Messages
    let make: (_ id: Int64, _ time: Int64) -> Messages.Item

    /// - Parameter precedes: Whether the first id comes before the second one.
    func check(seed: UInt64, by precedes: (Int64, Int64) -> Bool) {
        var generator = SeededGenerator(seed: seed)
        let partitions = (0..<Int.random(in: 1...5, using: &generator)).map { TopicPartition("t", Int32($0)) }
        let isOrdered = Bool.random(using: &generator)
        var ids = Array(0..<Int64(200)).shuffled(using: &generator)
        var waiting = partitions.map { _ in
            sent(&ids, isOrdered: isOrdered, by: precedes, count: .random(in: 0...40, using: &generator), &generator)
        }
        let all = waiting
        let positions = Dictionary(
            uniqueKeysWithValues: all.joined().filter { !$0.isMalformed }.map { (idText($0), $0) })
        var merge = PartitionMerge(messages, alignment: nil)
        var passed = PartitionMerge<Messages>.Passed()
        var next = partitions.map { _ in 0 }
        var order: [Sent] = []

        while waiting.contains(where: { !$0.isEmpty }) || merge.count > 0 {
            for partition in partitions.indices where Bool.random(using: &generator) {
                append(&waiting[partition], to: partitions[partition], &merge, all[partition].count, &generator)
            }
            let hasAll = waiting.allSatisfy(\.isEmpty)
            let bound = hasAll ? Int64.max : Int64.random(in: -5...25, using: &generator)
            let limit = Int.random(in: 1...30, using: &generator), before = merge.count
            merge.pass(upTo: bound, limit: limit, total: .max, into: &passed)
            #expect(passed.transactions.count <= limit)
            #expect(merge.count == before - passed.count)

            let batch = passed.transactions.compactMap { positions[idText($0)] }
            #expect(batch.count == passed.transactions.count)
            #expect(batch.allSatisfy { $0.time <= bound })
            let isInOrder = isSorted(batch, by: precedes)
            #expect(isInOrder)
            // Up to the next offsets each partition has passed exactly what came.
            var expected: [Int64] = [], letters = 0
            for (partition, end) in passed.position.nextOffsets {
                let index = Int(partition.partition)
                let messages = all[index][next[index]..<Int(end)]
                expected += messages.filter { !$0.isMalformed }.map(\.id)
                letters += messages.count { $0.isMalformed }
                next[index] = Int(end)
            }
            #expect(expected.sorted() == batch.map(\.id).sorted())
            #expect(letters == passed.deadLetters.count)
            if passed.transactions.count < limit {
                // Nothing that may pass is left.
                for partition in partitions.indices {
                    let isThere = next[partition] < all[partition].count - waiting[partition].count
                    #expect(!isThere || all[partition][next[partition]].time > bound)
                }
            }
            if hasAll { order += batch }
        }
        #expect(next == all.map(\.count))
        // What is complete and in order within each partition comes out in order altogether.
        let isInOrder = isSorted(order, by: precedes)
        #expect(isInOrder || !isOrdered)
    }

    private func idText(_ sent: Sent) -> [UInt8] { idText(make(sent.id, sent.time)) }

    private func idText(_ item: Messages.Item) -> [UInt8] { Array("\(messages.id(of: item))".utf8) }

    private func sent(
        _ ids: inout [Int64], isOrdered: Bool, by precedes: (Int64, Int64) -> Bool, count: Int,
        _ generator: inout SeededGenerator
    ) -> [Sent] {
        var transactions = (0..<count).map { _ in
            (id: ids.removeLast(), time: Int64.random(in: 0..<20, using: &generator))
        }
        if isOrdered {
            transactions.sort { $0.time != $1.time ? $0.time < $1.time : precedes($0.id, $1.id) }
        }
        var sent: [Sent] = []
        for transaction in transactions {
            if Int.random(in: 0..<8, using: &generator) == 0 {
                sent.append(Sent(id: -1, time: sent.last?.time ?? .min, isMalformed: true))
            }
            sent.append(Sent(id: transaction.id, time: transaction.time, isMalformed: false))
        }
        return sent
    }

    /// Appends some of what is left.
    private func append(
        _ waiting: inout [Sent], to partition: TopicPartition, _ merge: inout PartitionMerge<Messages>, _ count: Int,
        _ generator: inout SeededGenerator
    ) {
        let portion = Array(waiting.prefix(Int.random(in: 0...15, using: &generator)))
        let first = count - waiting.count
        waiting.removeFirst(portion.count)
        merge.append(to: partition, generation: 1) { buffer in
            for (index, message) in portion.enumerated() {
                let offset = Int64(first + index)
                if message.isMalformed {
                    buffer.append(
                        DeadLetter(partition: partition, offset: offset, key: nil, value: nil, reason: "no object"))
                } else {
                    buffer.append(make(message.id, message.time), time: message.time, offset: offset)
                }
            }
        }
    }

    private func isSorted(_ batch: [Sent], by precedes: (Int64, Int64) -> Bool) -> Bool {
        zip(batch, batch.dropFirst()).allSatisfy {
            $0.time != $1.time ? $0.time < $1.time : precedes($0.id, $1.id)
        }
    }
}
