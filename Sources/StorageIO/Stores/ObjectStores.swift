import HTTPTransport
import Synchronization

/// Finds the store for a place. Paths, `file:` and `memory://` are known from the start; other stores join by
/// ``register(schemes:_:)``.
///
/// A store is made once for each scheme and authority: `memory://tests/a` and `memory://tests/b` lie in the same one.
public final class ObjectStores: Sendable {
    /// Makes the store of a scheme and authority; does no input or output by itself.
    public typealias Factory = @Sendable (StorageLocation) throws -> any ObjectStore

    private struct State {
        var factories: [String: Factory] = [:]
        var stores: [String: any ObjectStore] = [:]
    }

    private let state = Mutex(State())

    /// Knows `file` and `memory`.
    public init() {
        register(schemes: ["file"]) { _ in try LocalObjectStore(folder: "/") }
        register(schemes: ["memory"]) { InMemoryObjectStore(name: $0.authority) }
    }

    /// The schemes that ``resolve(_:)`` knows, sorted.
    public var schemes: [String] { state.withLock { $0.factories.keys.sorted() } }

    /// Teaches the resolver a kind of store, for instance `["s3", "s3a"]`; replaces an earlier factory of the scheme.
    public func register(schemes: [String], _ factory: @escaping Factory) {
        state.withLock { state in
            for scheme in schemes { state.factories[scheme.lowercased()] = factory }
        }
    }

    /// The store and the path in it that a text names.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidURL`` when the text is malformed or no store
    ///   is registered for its scheme; whatever the store's factory throws.
    public func resolve(_ text: String) throws -> StoredPlace {
        let location = try StorageLocation(text)
        let cacheKey = "\(location.scheme)://\(location.authority)"
        let known = state.withLock { ($0.stores[cacheKey], $0.factories[location.scheme]) }
        if let store = known.0 { return StoredPlace(store: store, location: location) }
        guard let factory = known.1 else {
            throw ObjectStoreError(
                .invalidURL, location: URLUserInfo.display(text),
                message: "no store is known for \(location.scheme)://, only for \(schemes.joined(separator: ", "))")
        }
        // Made outside the lock, since factories are foreign code; the first one kept wins.
        let made = try factory(location)
        let store = state.withLock { state in
            let kept = state.stores[cacheKey] ?? made
            state.stores[cacheKey] = kept
            return kept
        }
        return StoredPlace(store: store, location: location)
    }
}

/// A place and the store it lies in.
public struct StoredPlace: Sendable {
    /// Where the objects are.
    public let store: any ObjectStore
    /// What was asked for.
    public let location: StorageLocation

    /// A place in a store.
    public init(store: any ObjectStore, location: StorageLocation) {
        self.store = store
        self.location = location
    }

    /// The place as the key of one object.
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` at the store's root.
    public func key() throws(ObjectStoreError) -> ObjectKey { try ObjectKey(location.path) }

    /// The key of an object in this place taken as a folder; `name` may have several segments.
    public func key(_ name: String) throws(ObjectStoreError) -> ObjectKey {
        try ObjectKey(location.path.isEmpty ? name : "\(location.path)/\(name)")
    }

    /// What the keys of all objects in this place start with, taken as a folder.
    public var folderPrefix: String { location.path.isEmpty ? "" : location.path + "/" }
}

extension StoredPlace: CustomStringConvertible {
    /// The place as an absolute path or URL.
    public var description: String { location.description }
}
