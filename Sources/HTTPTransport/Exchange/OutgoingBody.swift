/// A request's body between the task that produces it and the connection that sends it: at most the chunk being sent
/// and one more.
package struct OutgoingBody {
    /// What the connection gets when it asks for bytes.
    package enum Supply: Equatable {
        case bytes(Int)
        /// Nothing there yet.
        case pause
        case end
    }

    /// What the task that produces the body may do.
    package enum Permission: Equatable { case proceed, wait, stop }

    private let length: Int64?
    private var current: [UInt8] = []
    private var offset = 0
    private var following: [UInt8]?
    private var received: Int64 = 0
    private var isComplete = false
    private var isWanted = false
    package private(set) var isPaused = false
    /// Whether nobody wants the rest.
    private(set) var isAbandoned = false

    /// - Parameter length: what was announced, nil if nothing was.
    package init(length: Int64?) { self.length = length }

    /// Whether the source is to be asked for more: only after the connection has asked, so that a request that waits for a
    /// connection holds no memory.
    package var permission: Permission {
        if isAbandoned || isComplete { return .stop }
        return isWanted && following == nil ? .proceed : .wait
    }

    /// The last chunk of a body that seems complete is held back until its source has said so: the body could be too
    /// long.
    private var isHeldBack: Bool { !isComplete && length == received && following == nil }

    /// The connection asks for bytes.
    package mutating func take(into target: UnsafeMutableRawBufferPointer) -> Supply {
        if isAbandoned { return .end }
        isWanted = true
        if offset == current.count, let next = following {
            current = next
            offset = 0
            following = nil
        }
        let count = min(target.count, current.count - offset)
        if count > 0, !isHeldBack {
            current.withUnsafeBytes {
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
            }
            offset += count
            return .bytes(count)
        }
        if isComplete { return .end }
        isPaused = true
        return .pause
    }

    /// The source supplies a chunk.
    /// - Returns: Whether the connection is to be told that there is something.
    package mutating func supply(_ chunk: [UInt8]) throws(LengthFailure) -> Bool {
        if isAbandoned || chunk.isEmpty { return false }
        received += Int64(chunk.count)
        if let length, received > length { throw LengthFailure(announced: length, received: received) }
        if offset == current.count {
            current = chunk
            offset = 0
        } else {
            following = chunk
        }
        return isHeldBack ? false : resume()
    }

    /// The source has no more.
    /// - Returns: as ``supply(_:)``.
    package mutating func complete() throws(LengthFailure) -> Bool {
        if isAbandoned { return false }
        if let length, received != length { throw LengthFailure(announced: length, received: received) }
        isComplete = true
        return resume()
    }

    /// Drops what has not been sent.
    /// - Returns: as ``supply(_:)``.
    mutating func abandon() -> Bool {
        isAbandoned = true
        current = []
        offset = 0
        following = nil
        return resume()
    }

    private mutating func resume() -> Bool {
        defer { isPaused = false }
        return isPaused
    }

    /// More or fewer bytes than were announced.
    package struct LengthFailure: Error, Equatable {
        package var announced: Int64
        package var received: Int64
    }
}
