import DataPrep

/// Merges the partitions of a topic by transaction time, so that none is scored far ahead of another.
///
/// Brokers hand out partitions in large pieces: a topic read from its beginning would otherwise be scored days of one
/// partition at a time, and histories would miss what the other partitions hold for the same days. A message passes once
/// each partition that has more to read has come within the `alignment` of its time.
package struct PartitionMerge {
    /// What passes in one go.
    struct Passed {
        var transactions: [Transaction] = []
        var letters: [DeadLetter] = []
        var position = ConsumerPosition()

        var count: Int { transactions.count + letters.count }

        mutating func removeAll() {
            transactions.removeAll(keepingCapacity: true)
            letters.removeAll(keepingCapacity: true)
            position = ConsumerPosition()
        }
    }

    /// The first message of a lane, in the heap by time, then transaction.
    private struct Front {
        let time: Int64
        let id: Int64
        let lane: Int

        static func < (left: Front, right: Front) -> Bool {
            if left.time != right.time { return left.time < right.time }
            return left.id != right.id ? left.id < right.id : left.lane < right.lane
        }
    }

    /// Malformed messages in a row after which their partition is no longer waited for.
    private static let patience = 1_000

    /// Microseconds; nil lets everything pass at once.
    private let alignment: Int64?
    private var lanes: [PartitionLane] = []
    private var partitions: [TopicPartition] = []
    private var laneOf: [TopicPartition: Int] = [:]
    private var heap: [Front] = []
    /// Messages read and not passed on.
    private(set) var count = 0

    package init(alignment: Duration?) {
        self.alignment = alignment?.microseconds
    }

    // MARK: In

    package mutating func append(_ batch: ConsumedBatch) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < batch.count {
                let first = batch.messages[start]
                var end = start + 1
                while end < batch.count, batch.messages[end].partition == first.partition,
                    batch.messages[end].topicIndex == first.topicIndex
                {
                    end += 1
                }
                append(start..<end, of: batch, bytes)
                start = end
            }
        }
        count += batch.count
    }

    private mutating func append(_ run: Range<Int>, of batch: ConsumedBatch, _ bytes: UnsafeBufferPointer<UInt8>) {
        let partition = batch.partition(at: run.lowerBound)
        let lane = lane(of: partition, term: batch.position.entries[partition]?.term ?? 0)
        for index in run {
            let message = batch.messages[index]
            do throws(TransactionJSONError) {
                let text = UnsafeBufferPointer(rebasing: bytes[message.valueRange])
                lanes[lane].append(try TransactionJSON.decode(text), offset: message.offset)
            } catch {
                lanes[lane].append(DeadLetter(of: batch, at: index, reason: "\(error)"))
            }
        }
    }

    private mutating func lane(of partition: TopicPartition, term: Int) -> Int {
        if let lane = laneOf[partition] {
            if lanes[lane].term != term {
                count -= lanes[lane].count
                lanes[lane] = PartitionLane(term: term)
            }
            return lane
        }
        laneOf[partition] = lanes.count
        partitions.append(partition)
        lanes.append(PartitionLane(term: term))
        return lanes.count - 1
    }

    /// Forgets messages of partitions that went to another member, which reads them again.
    mutating func remove(_ gone: [TopicPartition]) {
        for partition in gone {
            guard let lane = laneOf[partition] else { continue }
            count -= lanes[lane].count
            lanes[lane] = PartitionLane(term: -1)
        }
    }

    // MARK: Out

    /// Up to which time messages pass.
    ///
    /// A partition that has brought nothing but malformed messages for a while is not waited for: they tell no time, and a backlog of
    /// them would keep the others back for as long as it lasts.
    /// - Parameter waiting: partitions that have more to read.
    package func bound(waitingFor waiting: [TopicPartition]) -> Int64 {
        guard let alignment else { return .max }
        var frontier = Int64.max
        for partition in waiting {
            let lane = laneOf[partition].map { lanes[$0] }
            if let lane, lane.malformedInARow >= Self.patience { continue }
            frontier = min(frontier, lane?.newest ?? .min)
        }
        let (sum, isOver) = frontier.addingReportingOverflow(alignment)
        return isOver ? .max : sum
    }

    /// The partitions whose next message is beyond the bound.
    func partitions(ahead bound: Int64) -> [TopicPartition] {
        lanes.indices.filter { lanes[$0].first.map { $0.transaction.dateTime > bound } ?? false }
            .map { partitions[$0] }
    }

    /// Passes on the earliest messages up to the bound: at most `limit` transactions, and `total` messages. Malformed ones, which tell
    /// no time and come first, take no transaction's place.
    mutating func pass(upTo bound: Int64, limit: Int, total: Int, into passed: inout Passed) {
        passed.removeAll()
        heap.removeAll(keepingCapacity: true)
        for lane in lanes.indices { pushFront(of: lane, bound) }
        var next = [Int64?](repeating: nil, count: lanes.count)
        while passed.transactions.count < limit, passed.count < total, let front = heap.first,
            let record = lanes[front.lane].first
        {
            next[front.lane] = record.offset + 1
            if record.isMalformed {
                passed.letters.append(lanes[front.lane].takeLetter())
            } else {
                passed.transactions.append(record.transaction)
            }
            lanes[front.lane].removeFirst()
            // The lane's next message takes the top's place, and sinks to its own.
            if let following = nextFront(of: front.lane, bound) {
                heap[0] = following
            } else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink()
        }
        count -= passed.count
        for (lane, next) in next.enumerated() {
            guard let next else { continue }
            passed.position.entries[partitions[lane]] = ConsumerPosition.Entry(next: next, term: lanes[lane].term)
        }
    }

    private func nextFront(of lane: Int, _ bound: Int64) -> Front? {
        guard let record = lanes[lane].first, record.transaction.dateTime <= bound else { return nil }
        return Front(time: record.transaction.dateTime, id: record.transaction.transactionID, lane: lane)
    }

    private mutating func pushFront(of lane: Int, _ bound: Int64) {
        guard let front = nextFront(of: lane, bound) else { return }
        heap.append(front)
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child] < heap[parent] {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while case let left = 2 * parent + 1, left < heap.count {
            let child = left + 1 < heap.count && heap[left + 1] < heap[left] ? left + 1 : left
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
