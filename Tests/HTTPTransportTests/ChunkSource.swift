import Foundation
import Parallelism

/// Gives the chunks of a request's body one after another.
final class ChunkSource: Sendable {
    private let remaining: Lock<ArraySlice<[UInt8]>>

    init(_ chunks: [[UInt8]]) { remaining = Lock(chunks[...]) }

    /// A body in chunks of that size.
    convenience init(_ body: [UInt8], chunkSize: Int) {
        self.init(
            stride(from: 0, to: body.count, by: chunkSize).map { Array(body[$0..<min($0 + chunkSize, body.count)]) })
    }

    var remainingCount: Int { remaining.withLock { $0.count } }

    func next() -> [UInt8]? { remaining.withLock { $0.popFirst() } }
}
