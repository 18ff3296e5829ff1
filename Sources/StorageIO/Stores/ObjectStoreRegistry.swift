import HTTPTransport
import Parallelism

/// Finds the store for a location. Paths, `file:` and `memory://` are built in; other stores are added by
/// ``register(schemes:_:)``.
///
/// A store is made once for each scheme and authority: `memory://tests/a` and `memory://tests/b` are in the same one.
public final class ObjectStoreRegistry: Sendable {
    /// Makes the store of a scheme and authority; does no I/O itself.
    public typealias Factory = @Sendable (StorageURI) throws -> any ObjectStore

    private struct State {
        var factories: [String: Factory] = [:]
        var stores: [String: any ObjectStore] = [:]
    }

    private let state = Lock(State())

    /// A registry of `file` and `memory`.
    public init() {
        register(schemes: ["file"]) { _ in try LocalObjectStore(folder: "/") }
        register(schemes: ["memory"]) { InMemoryObjectStore(name: $0.authority) }
    }

    /// The schemes that ``resolve(_:)`` knows, sorted.
    public var schemes: [String] { state.withLock { $0.factories.keys.sorted() } }

    /// Registers a kind of store, for instance for `["s3", "s3a"]`; replaces an earlier factory of the scheme.
    public func register(schemes: [String], _ factory: @escaping Factory) {
        state.withLock { state in
            for scheme in schemes { state.factories[scheme.lowercased()] = factory }
        }
    }

    /// The store and the path in it for a text.
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
                message: "no store is registered for \(uri.scheme)://, only for \(schemes.joined(separator: ", "))")
        }
        // Made outside the lock, since factories are foreign code; the first one stored wins.
        let made = try factory(uri)
        let store = state.withLock { state in
            let kept = state.stores[cacheKey] ?? made
            state.stores[cacheKey] = kept
            return kept
        }
        return StorageLocation(store: store, uri: uri)
    }
}

/// A location in a store.
public struct StorageLocation: Sendable {
    /// The store of the objects.
    public let store: any ObjectStore
    /// The requested URI.
    public let uri: StorageURI

    /// A location in a store.
    public init(store: any ObjectStore, uri: StorageURI) {
        self.store = store
        self.uri = uri
    }

    /// The key of the location as one object.
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` at the store's root.
    public func key() throws(ObjectStoreError) -> ObjectKey { try ObjectKey(uri.path) }

    /// The key of an object in this location as a folder; `name` may have several segments.
    public func key(_ name: String) throws(ObjectStoreError) -> ObjectKey {
        try ObjectKey(uri.path.isEmpty ? name : "\(uri.path)/\(name)")
    }

    /// The prefix of the keys of all objects in this location as a folder.
    public var folderPrefix: String { uri.path.isEmpty ? "" : uri.path + "/" }
}

extension StorageLocation: CustomStringConvertible {
    /// The location as an absolute path or URL.
    public var description: String { uri.description }
}
