import Essentials
import NIOCore
import Parallelism

/// All open connections. When there are too many, the least useful one is closed: clients that hold connections open
/// without sending requests do not shut others out.
final class ConnectionRegistry: Sendable {
    /// Whose connection it is: an IPv4 address, or the 64 bits of an IPv6 address that one site is given.
    struct Address: Hashable, Sendable {
        private let text: String

        init(_ address: SocketAddress?) {
            let text = address?.ipAddress ?? ""
            var bytes = [UInt8](repeating: 0, count: 16)
            guard text.utf8.contains(UInt8(ascii: ":")), inet_pton(AF_INET6, text, &bytes) == 1 else {
                self.text = text
                return
            }
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.text = (isMapped ? bytes[12...].map { "\($0)" } : bytes[..<8].map { "\($0)" }).joined(separator: ".")
        }
    }

    private struct Entry {
        let channel: any Channel
        let address: Address
        /// When it was opened, or when its last response was sent.
        var since: NIODeadline
        /// Whether a whole request has arrived and has no response yet.
        var isResponding = false
        var hasResponded = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [Address: Int] = [:]

        mutating func remove(_ identifier: ObjectIdentifier) -> Entry? {
            guard let entry = entries.removeValue(forKey: identifier) else { return nil }
            let count = counts[entry.address, default: 0] - 1
            counts[entry.address] = count > 0 ? count : nil
            return entry
        }

        /// The connection that has waited longest for a request, first among those that have never sent one.
        func leastMissed(of address: Address?) -> ObjectIdentifier? {
            var least: (identifier: ObjectIdentifier, hasResponded: Bool, since: NIODeadline)?
            for (identifier, entry) in entries where !entry.isResponding {
                if let address, entry.address != address { continue }
                if let least {
                    if entry.hasResponded, !least.hasResponded { continue }
                    if entry.hasResponded == least.hasResponded, entry.since >= least.since { continue }
                }
                least = (identifier, entry.hasResponded, entry.since)
            }
            return least?.identifier
        }
    }

    private let maximum: Int
    private let maximumPerAddress: Int
    private let state = Lock(State())

    init(maximum: Int, maximumPerAddress: Int) {
        self.maximum = max(1, maximum)
        self.maximumPerAddress = max(1, maximumPerAddress)
    }

    /// Adds a new connection.
    /// - Returns: the connection that has to be closed for it, which may be itself when all others are waiting for a
    ///   response.
    func insert(_ channel: any Channel) -> (any Channel)? {
        let address = Address(channel.remoteAddress)
        return state.withLock { state in
            let isAddressFull = state.counts[address, default: 0] >= maximumPerAddress
            var victim: Entry?
            if isAddressFull || state.entries.count >= maximum {
                guard let least = state.leastMissed(of: isAddressFull ? address : nil) else { return channel }
                victim = state.remove(least)
            }
            state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, address: address, since: .now())
            state.counts[address, default: 0] += 1
            return victim?.channel
        }
    }

    func remove(_ channel: any Channel) {
        state.withLock { _ = $0.remove(ObjectIdentifier(channel)) }
    }

    /// A whole request has arrived.
    func beginResponse(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.isResponding = true }
    }

    /// All requests that have arrived have a response.
    func endResponse(_ channel: any Channel) {
        let now = NIODeadline.now()
        state.withLock { state in
            guard var entry = state.entries[ObjectIdentifier(channel)] else { return }
            entry.isResponding = false
            entry.hasResponded = true
            entry.since = now
            state.entries[ObjectIdentifier(channel)] = entry
        }
    }
}
