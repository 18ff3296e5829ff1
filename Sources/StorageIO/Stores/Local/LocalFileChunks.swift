import Parallelism

/// A range of a file, chunk by chunk, for one task at a time.
final class LocalFileChunks: Sendable {
    private static let chunkBytes = 1 << 18

    private struct State {
        var rest: Range<Int64>
        /// The last two chunks. The caller holds no more than the newest when it asks for another one, so that the
        /// older one's memory is reused: allocating costs more than reading the bytes.
        var older: [UInt8] = []
        var newer: [UInt8] = []
    }

    private let file: LocalFile
    private let state: Lock<State>

    init(_ file: LocalFile, _ range: Range<Int64>) {
        self.file = file
        state = Lock(State(rest: range))
    }

    /// The next chunk, nil at the end.
    func next() async throws -> [UInt8]? {
        try await BlockingPool.files.run { [self] in
            try state.withLock { state in
                guard !state.rest.isEmpty else { return nil }
                swap(&state.older, &state.newer)
                let count = min(Self.chunkBytes, state.rest.count), start = state.rest.lowerBound
                if state.newer.count != count { state.newer = [UInt8](repeating: 0, count: count) }
                try state.newer.withUnsafeMutableBytes { try file.read(into: $0, at: start) }
                state.rest = start + Int64(count)..<state.rest.upperBound
                return state.newer
            }
        }
    }
}
