import Foundation
import Synchronization

/// Gives the pieces of a request's body one after another.
final class PieceSource: Sendable {
    private let remaining: Mutex<ArraySlice<[UInt8]>>

    init(_ chunks: [[UInt8]]) { remaining = Mutex(chunks[...]) }

    /// A body in pieces of that size.
    convenience init(_ body: [UInt8], pieceSize: Int) {
        self.init(
            stride(from: 0, to: body.count, by: pieceSize).map { Array(body[$0..<min($0 + pieceSize, body.count)]) })
    }

    var remainingCount: Int { remaining.withLock { $0.count } }

    func next() -> [UInt8]? { remaining.withLock { $0.popFirst() } }
}
