import Checksums
import Parallelism
import StorageIO
import Essentials
import Synchronization

/// Appends entries to a journal's segments. Once an append returns, the entry survives the process.
final class JournalWriter: Sendable {
    private struct State {
        var segment: JournalSegment
        var end: JournalPosition
        var buffer = JournalByteWriter()
        var nextRun: UInt64 = 1
        var entries = 0
        var isClosed = false
    }

    let files: JournalFiles
    private let segmentBytes: Int64
    private let isDurable: Bool
    private let state: Lock<State>
    /// Whether the uploader waits to be woken; a separate value, so that an append need not take a lock for it.
    private let isAwaited = Atomic<Bool>(false)
    private let wake: @Sendable () -> Void

    init(
        _ files: JournalFiles, segmentBytes: Int64, isDurable: Bool, wake: @escaping @Sendable () -> Void
    ) throws(TrackingError) {
        self.files = files
        self.segmentBytes = segmentBytes
        self.isDurable = isDurable
        self.wake = wake
        state = Lock(
            State(segment: try JournalSegment(path: files.segment(1), isDurable: isDurable), end: .start))
    }

    deinit { close() }

    /// What has been appended: the end, and the number of entries.
    var written: (end: JournalPosition, entries: Int) { state.withLock { ($0.end, $0.entries) } }

    /// The uploader is about to wait: the next append wakes it.
    func awaitNext() { isAwaited.store(true, ordering: .sequentiallyConsistent) }

    func newRun() -> UInt64 {
        state.withLock { state in
            defer { state.nextRun += 1 }
            return state.nextRun
        }
    }

    /// - Throws: ``TrackingError`` when the entry could not be kept, such as with code ``TrackingError/Code/noSpace``; then
    ///   nothing of it is in the journal, and later ones may be kept again.
    func append(_ entry: JournalEntry) throws(TrackingError) {
        let failure = state.withLock { state -> TrackingError? in
            guard !state.isClosed else {
                return TrackingError(.invalidState, files.folder, "the journal is closed")
            }
            state.buffer.bytes.removeAll(keepingCapacity: state.buffer.bytes.count < 1 << 20)
            state.buffer.bytes.append(contentsOf: repeatElement(0, count: JournalFiles.recordHeader))
            entry.write(to: &state.buffer)
            do throws(TrackingError) {
                try append(&state)
                state.entries += 1
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        if isAwaited.exchange(false, ordering: .sequentiallyConsistent) { wake() }
    }

    private func append(_ state: inout State) throws(TrackingError) {
        let size = state.buffer.bytes.count - JournalFiles.recordHeader
        guard size <= JournalFiles.maximumPayload else {
            throw TrackingError(
                .invalidValue, "journal entry", "has \(size) bytes; at most \(JournalFiles.maximumPayload) are kept")
        }
        if state.end.offset >= segmentBytes { try nextSegment(&state) }
        let start = state.end.offset
        let failed = state.buffer.bytes.withUnsafeMutableBytes { bytes in
            let payload = UnsafeRawBufferPointer(rebasing: bytes[JournalFiles.recordHeader...])
            let sum = CRC32C.checksum(payload)
            bytes.storeBytes(of: UInt32(size).littleEndian, as: UInt32.self)
            bytes.storeBytes(of: sum.littleEndian, toByteOffset: 4, as: UInt32.self)
            return state.segment.append(UnsafeRawBufferPointer(bytes), at: start)
        }
        guard failed == 0 else {
            // What was written of the entry is cut off; if that fails, writing continues in the next segment.
            if !state.segment.cut(at: start) { try nextSegment(&state) }
            throw TrackingError(systemError: failed, files.segment(state.end.segment))
        }
        state.end.offset += Int64(state.buffer.bytes.count)
    }

    private func nextSegment(_ state: inout State) throws(TrackingError) {
        let number = state.end.segment + 1
        let segment = try JournalSegment(path: files.segment(number), isDurable: isDurable)
        state.segment.close(at: state.end.offset)
        state.segment = segment
        state.end = JournalPosition(segment: number, offset: 0)
    }

    /// Later appends fail.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            state.segment.close(at: state.end.offset)
        }
    }
}
