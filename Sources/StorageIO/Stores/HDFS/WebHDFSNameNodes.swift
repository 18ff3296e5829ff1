import Parallelism

/// The name nodes of a cluster, one of which is the active one.
final class WebHDFSNameNodes: Sendable {
    private let addresses: [String]
    private let active = Lock(0)

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` without an address, or for one that is not `http` or `https`.
    init(_ addresses: [String]) throws(ObjectStoreError) {
        guard !addresses.isEmpty else {
            throw ObjectStoreError(.invalidURL, location: "webhdfs://", message: "no name node is given")
        }
        var checked: [String] = []
        // No address is shown if one may hold a password: the others may be parts of it, split at a comma.
        let mayBeSecret = addresses.contains { $0.utf8.contains(UInt8(ascii: "@")) }
        for address in addresses {
            guard WebHDFSLocation(address) != nil, !mayBeSecret,
                !address.utf8.contains(where: { "?#".utf8.contains($0) })
            else {
                throw ObjectStoreError(
                    .invalidURL, location: mayBeSecret ? "http://...@..." : address,
                    message: "expected a name node's address, http://host:port or https://host:port")
            }
            checked.append(address.endsWithSlash ? String(address.dropLast()) : address)
        }
        self.addresses = checked
    }

    /// The first one, for messages.
    var first: String { addresses[0] }

    /// The active one, as far as is known.
    var current: String { active.withLock { addresses[$0] } }

    /// The next request goes to another one, unless that has already been switched.
    func turnAway(from address: String) {
        active.withLock { active in
            if addresses[active] == address { active = (active + 1) % addresses.count }
        }
    }
}
