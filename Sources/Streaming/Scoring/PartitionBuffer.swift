/// The messages of one partition that are read and not scored yet, in order.
package struct PartitionBuffer<Item: Sendable> {
    /// A message; when it is not a transaction, the next of the buffer's dead letters belongs to it.
    struct Record {
        let offset: Int64
        /// The transaction's time; that of the one before for another message.
        let time: Int64
        var item: Item?
    }

    /// The consumer's assignment that the messages were read under.
    let generation: Int
    /// The latest transaction time seen.
    private(set) var newest = Int64.min
    /// Messages since the last transaction, none of which has a transaction time.
    private(set) var malformedInARow = 0
    private var records: [Record] = []
    private var head = 0
    private var deadLetters: [DeadLetter] = []
    private var nextLetter = 0

    init(generation: Int) { self.generation = generation }

    var count: Int { records.count - head }

    var first: Record? { head < records.count ? records[head] : nil }

    /// - Parameter time: The transaction's.
    package mutating func append(_ item: Item, time: Int64, offset: Int64) {
        newest = max(newest, time)
        malformedInARow = 0
        records.append(Record(offset: offset, time: time, item: item))
    }

    /// A malformed message takes the time of the one before it, so that they are passed on together.
    package mutating func append(_ deadLetter: DeadLetter) {
        deadLetters.append(deadLetter)
        malformedInARow += 1
        records.append(Record(offset: deadLetter.offset, time: records.last?.time ?? .min, item: nil))
    }

    mutating func removeFirst() {
        records[head].item = nil
        head += 1
        if head == records.count {
            records.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 65_536 {
            records.removeFirst(head)
            head = 0
        }
    }

    mutating func takeLetter() -> DeadLetter {
        let deadLetter = deadLetters[nextLetter]
        nextLetter += 1
        if nextLetter == deadLetters.count {
            deadLetters.removeAll(keepingCapacity: true)
            nextLetter = 0
        }
        return deadLetter
    }
}
