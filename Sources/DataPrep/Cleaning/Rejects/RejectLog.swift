import Parallelism

/// The rows that rules 1 to 6 dropped during reading, block by block, in a temporary file.
final class RejectLog: Sendable {
    /// The rejected rows of one block.
    struct Block: Sendable {
        let input: Int
        /// The line, or row, of the input at the block's line 0.
        let firstLine: Int
        /// In ascending order of lines.
        var entries: [RejectEntry]
    }

    private struct Location: Sendable {
        let input: Int
        let firstLine: Int
        let position: Int
        let count: Int
    }

    private let storage: any SpillStorage
    /// By the number of the block.
    private let locations = Lock([Int: Location]())

    init(storage: any SpillStorage) { self.storage = storage }

    /// Adds the rejected rows of a block; blocks may come in any order, and from several threads.
    func add(_ entries: [RejectEntry], number: Int, input: Int, firstLine: Int) throws {
        guard !entries.isEmpty else { return }
        var words: [UInt64] = []
        words.reserveCapacity(entries.count * 2)
        for entry in entries.sorted(by: { $0.word < $1.word }) {
            words.append(entry.words.0)
            words.append(entry.words.1)
        }
        let position = try words.withUnsafeBufferPointer { try storage.append($0) }
        locations.withLock {
            $0[number] = Location(input: input, firstLine: firstLine, position: position, count: entries.count)
        }
    }

    /// The rejected rows of a block; nil where it has none.
    func block(_ number: Int) throws -> Block? {
        guard let location = locations.withLock({ $0[number] }) else { return nil }
        let words = try [UInt64](unsafeUninitializedCapacity: location.count * 2) { buffer, count in
            buffer.initialize(repeating: 0)
            count = location.count * 2
            try storage.read(at: location.position, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
        let entries = (0..<location.count).map { RejectEntry(word: words[2 * $0], labelWord: words[2 * $0 + 1]) }
        return Block(input: location.input, firstLine: location.firstLine, entries: entries)
    }
}
