import Columnar
import Parallelism
import StorageIO

/// Writes the rejected rows of all blocks, in the order of the blocks, with their texts.
actor RejectWriter<Format: CleaningFormat> {
    /// Rows of a batch; their texts may be long.
    private static var batchRows: Int { 4096 }
    private static var batchBytes: Int { 8 << 20 }

    private let log: RejectLog
    private let texts: RawRows<Format>
    private let inputNames: [String]
    private let names: RejectNames
    private let sink: any TableSink
    private var rows: [(file: String, line: Int, entry: RejectEntry, text: String)] = []
    private var bytes = 0
    private var nextBlock = 0

    init(log: RejectLog, texts: RawRows<Format>, inputNames: [String], names: RejectNames, sink: any TableSink) {
        self.log = log
        self.texts = texts
        self.inputNames = inputNames
        self.names = names
        self.sink = sink
    }

    /// Writes the rejected rows of the blocks up to a number.
    /// - Parameter late: rows rejected after reading, by block.
    func write(upTo end: Int, late: [Int: RejectLog.Block]) async throws {
        while nextBlock < end {
            let number = nextBlock
            nextBlock += 1
            let early = try await onDedicatedThread(named: "clean") { [log] _ in try log.block(number) }
            guard var block = early ?? late[number] else { continue }
            if early != nil, let more = late[number] {
                block.entries = (block.entries + more.entries).sorted { $0.word < $1.word }
            }
            try await write(block)
        }
    }

    /// Writes the remaining collected rows.
    func finish() async throws {
        try await flush()
    }

    private func write(_ block: RejectLog.Block) async throws {
        var rest = block.entries[...]
        while !rest.isEmpty {
            let entries = rest.prefix(Self.batchRows)
            rest = rest.dropFirst(entries.count)
            let lines = entries.map { block.firstLine + $0.line }
            let found = try await texts.texts(input: block.input, lines: lines)
            for (entry, text) in zip(entries, found) {
                rows.append((inputNames[block.input], block.firstLine + entry.line, entry, text))
                bytes += text.utf8.count
                if rows.count >= Self.batchRows || bytes >= Self.batchBytes { try await flush() }
            }
        }
    }

    private func flush() async throws {
        guard !rows.isEmpty else { return }
        let batch = try RejectedRows.batch(rows, names)
        (rows, bytes) = ([], 0)
        try await sink.write(batch)
    }
}
