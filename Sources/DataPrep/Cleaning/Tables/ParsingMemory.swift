import Columnar
import Features
import Parallelism
import StorageIO

/// What one thread reuses from one block to the next.
struct ParsingMemory: Sendable {
    /// Among all of a cleaning.
    let number: Int
    /// One for each coded column.
    var coders: [TextCoder]
    let grid = FieldGridMemory()
}

/// The memories of the threads that parse, and in the end the texts of all of them.
final class ParsingMemories: Sendable {
    /// Texts that all coders of a column know, each once.
    struct Texts: Sendable {
        let entries: ByteArrays
        /// For each memory the numbers of the texts that its coder numbered.
        let numbers: [[UInt32]]
    }

    private struct State {
        var count = 0
        var free: [ParsingMemory] = []
    }

    /// The columns of the output that are coded.
    let columns: [Int]
    private let state = Lock(State())
    private let joined = Lock([Texts]())

    init(columns: [Int]) { self.columns = columns }

    /// A memory that no other thread has.
    func take() -> ParsingMemory {
        state.withLock { state in
            if let free = state.free.popLast() { return free }
            defer { state.count += 1 }
            // What a part of a block stores in 16 bits.
            return ParsingMemory(
                number: state.count, coders: columns.map { _ in TextCoder(limit: 1 << 16) })
        }
    }

    func giveBack(_ memory: ParsingMemory) {
        state.withLock { $0.free.append(memory) }
    }

    /// Joins the texts; call it once, when all blocks have been parsed and all memories given back.
    func join() {
        let memories = state.withLock { $0.free.sorted { $0.number < $1.number } }
        let texts = columns.indices.map { index in
            var all = TextCoder(limit: .max)
            let numbers = memories.map { memory in
                // Rows without a text have a number, too.
                (all.add(memory.coders[index]) ?? []) + [0]
            }
            return Texts(entries: all.entries, numbers: numbers)
        }
        joined.withLock { $0 = texts }
    }

    /// The texts of a column of the output, once they are joined; nil for one that is not coded.
    func texts(ofColumn column: Int) -> Texts? {
        columns.firstIndex(of: column).flatMap { index in
            joined.withLock { $0.indices.contains(index) ? $0[index] : nil }
        }
    }
}
