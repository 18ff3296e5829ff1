/// Merges the partitions of a topic by transaction time, so that none is scored far ahead of another.
///
/// Brokers return large chunks of one partition at a time: a topic read from its beginning would otherwise be scored in
/// days of one partition, and histories would miss the other partitions' messages of the same days. A message passes
/// once each partition that has more to read has come within the `alignment` of its time.
package struct PartitionMerge<Messages: TransactionMessages> {
    /// The messages that pass at once.
    package struct Passed {
        /// By time, then id.
        package fileprivate(set) var transactions: [Messages.Item] = []
        package fileprivate(set) var deadLetters: [DeadLetter] = []
        /// What to commit once all of them are processed.
        package fileprivate(set) var position = ConsumerPosition()

        package init() {}

        package var count: Int { transactions.count + deadLetters.count }

        fileprivate mutating func removeAll() {
            transactions.removeAll(keepingCapacity: true)
            deadLetters.removeAll(keepingCapacity: true)
            position = ConsumerPosition()
        }
    }

    /// The number of consecutive malformed messages after which their partition is no longer waited for.
    private static var malformedLimit: Int { 1_000 }

    package let messages: Messages
    /// Microseconds; nil lets everything pass at once. Below 0, a message waits until the others are later.
    private let alignment: Int64?
    private var buffers: [PartitionBuffer<Messages.Item>] = []
    private var partitions: [TopicPartition] = []
    private var bufferOf: [TopicPartition: Int] = [:]
    /// The first messages of the buffers.
    private var heap: [TimeKey<Messages.ID>] = []
    private var order = TimeOrder<Messages>()
    /// Messages read and not passed on.
    package private(set) var count = 0

    package init(_ messages: Messages, alignment: Duration?) {
        self.messages = messages
        self.alignment = alignment?.microseconds
    }

    // MARK: In

    /// Appends messages of one partition, in the order of their offsets.
    /// - Parameter generation: The consumer's assignment that they were read under: what is left of earlier ones is
    ///   dropped, since it is read again.
    package mutating func append(
        to partition: TopicPartition, generation: Int, _ body: (inout PartitionBuffer<Messages.Item>) -> Void
    ) {
        let index = buffer(of: partition, generation: generation)
        let before = buffers[index].count
        body(&buffers[index])
        count += buffers[index].count - before
    }

    private mutating func buffer(of partition: TopicPartition, generation: Int) -> Int {
        if let buffer = bufferOf[partition] {
            if buffers[buffer].generation != generation {
                count -= buffers[buffer].count
                buffers[buffer] = PartitionBuffer(generation: generation)
            }
            return buffer
        }
        bufferOf[partition] = buffers.count
        partitions.append(partition)
        buffers.append(PartitionBuffer(generation: generation))
        return buffers.count - 1
    }

    /// Drops messages of partitions that went to another member, which reads them again.
    package mutating func remove(_ gone: [TopicPartition]) {
        for partition in gone {
            guard let buffer = bufferOf[partition] else { continue }
            count -= buffers[buffer].count
            buffers[buffer] = PartitionBuffer(generation: -1)
        }
    }

    // MARK: Out

    /// Up to which time messages pass.
    ///
    /// A partition that has brought nothing but malformed messages for a while is not waited for: they have no time,
    /// and a backlog of them would hold the others up.
    /// - Parameter waiting: partitions that have more to read.
    package func bound(waitingFor waiting: [TopicPartition]) -> Int64 {
        guard let alignment else { return .max }
        var frontier = Int64.max
        for partition in waiting {
            let buffer = bufferOf[partition].map { buffers[$0] }
            if let buffer, buffer.malformedInARow >= Self.malformedLimit { continue }
            frontier = min(frontier, buffer?.newest ?? .min)
        }
        let (sum, isOver) = frontier.addingReportingOverflow(alignment)
        return isOver ? alignment < 0 ? .min : .max : sum
    }

    /// The partitions whose next message is beyond the bound, and none that others wait for.
    package func partitions(ahead bound: Int64) -> [TopicPartition] {
        // With an alignment below 0 the bound is before the partition that is furthest behind.
        let (sum, isOver) = bound.subtractingReportingOverflow(min(0, alignment ?? 0))
        let furthest = isOver ? .max : sum
        return buffers.indices.filter { buffers[$0].first.map { $0.time > furthest } ?? false }.map { partitions[$0] }
    }

    /// Passes on the earliest messages up to the bound: at most `limit` transactions, and `total` messages. Malformed
    /// ones, which have no time and come first, do not count towards `limit`.
    package mutating func pass(upTo bound: Int64, limit: Int, total: Int, into passed: inout Passed) {
        passed.removeAll()
        heap.removeAll(keepingCapacity: true)
        for buffer in buffers.indices { pushFront(of: buffer, bound) }
        var next = [Int64?](repeating: nil, count: buffers.count)
        while passed.transactions.count < limit, passed.count < total, let front = heap.first,
            let record = buffers[front.origin].first
        {
            next[front.origin] = record.offset + 1
            if let transaction = record.item {
                passed.transactions.append(transaction)
            } else {
                passed.deadLetters.append(buffers[front.origin].takeLetter())
            }
            buffers[front.origin].removeFirst()
            // The buffer's next message replaces the top of the heap and sinks to its position.
            if let following = nextFront(of: front.origin, bound) {
                heap[0] = following
            } else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink()
        }
        order.sort(&passed.transactions, messages)
        count -= passed.count
        for (buffer, next) in next.enumerated() {
            guard let next else { continue }
            passed.position.entries[partitions[buffer]] = ConsumerPosition.Entry(
                next: next, generation: buffers[buffer].generation)
        }
    }

    private func nextFront(of buffer: Int, _ bound: Int64) -> TimeKey<Messages.ID>? {
        guard let record = buffers[buffer].first, record.time <= bound else { return nil }
        return TimeKey(time: record.time, id: record.item.map(messages.id) ?? Messages.lowestID, origin: buffer)
    }

    private mutating func pushFront(of buffer: Int, _ bound: Int64) {
        guard let front = nextFront(of: buffer, bound) else { return }
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
