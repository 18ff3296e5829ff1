import HTTPTransport
import Synchronization

/// Finds the store for a place. Paths, `file:` and `memory://` are known from the start; other stores join by
/// ``register(schemes:_:)``.
///
/// A store is made once for each scheme and authority: `memory://tests/a` and `memory://tests/b` lie in the same one.
public final class ObjectStoreRegistry: Sendable {
    /// Makes the store of a scheme and authority; does no input or output by itself.
    public typealias Factory = @Sendable (StorageURI) throws -> any ObjectStore

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
    public func resolve(_ text: String) throws -> StorageLocation {
        let uri = try StorageURI(text)
        let cacheKey = "\(uri.scheme)://\(uri.authority)"
        let known = state.withLock { ($0.stores[cacheKey], $0.factories[uri.scheme]) }
        if let store = known.0 { return StorageLocation(store: store, uri: uri) }
        guard let factory = known.1 else {
            throw ObjectStoreError(
                .invalidURL, location: URLUserInfo.display(text),
                message: "no store is known for \(uri.scheme)://, only for \(schemes.joined(separator: ", "))")
        }
        // Made outside the lock, since factories are foreign code; the first one kept wins.
        let made = try factory(uri)
        let store = state.withLock { state in
            let kept = state.stores[cacheKey] ?? made
            state.stores[cacheKey] = kept
            return kept
        }
        return StorageLocation(store: store, uri: uri)
    }
}

/// A place and the store it lies in.
public struct StorageLocation: Sendable {
    /// Where the objects are.
    public let store: any ObjectStore
    /// What was asked for.
    public let uri: StorageURI

    /// A place in a store.
    public init(store: any ObjectStore, uri: StorageURI) {
        self.store = store
        self.uri = uri
    }

    /// The place as the key of one object.
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` at the store's root.
    public func key() throws(ObjectStoreError) -> ObjectKey { try ObjectKey(uri.path) }

    /// The key of an object in this place taken as a folder; `name` may have several segments.
    public func key(_ name: String) throws(ObjectStoreError) -> ObjectKey {
        try ObjectKey(uri.path.isEmpty ? name : "\(uri.path)/\(name)")
    }

    /// What the keys of all objects in this place start with, taken as a folder.
    public var folderPrefix: String { uri.path.isEmpty ? "" : uri.path + "/" }
}

extension StorageLocation: CustomStringConvertible {
    /// The place as an absolute path or URL.
    public var description: String { uri.description }
}
