package import Foundation
import ReportKit
package import StorageIO

/// Lists, and removes if requested, what killed writers have left.
package struct UnfinishedJob: Sendable {
    package struct Result: Sendable, Encodable {
        package struct Object: Sendable, Encodable {
            package var location: String
            package var identifier: String
            package var started: Date
            package var bytes: Int64?
        }

        package var location: String
        package var objects: [Object]
        package var isRemoved: Bool

        package var text: String {
            let lines = objects.map { object in
                let size = object.bytes.map { ReadableNumber.bytes($0) } ?? "unknown size"
                return "\(object.started.formatted(.iso8601))  \(size)  \(object.location)"
            }
            let bytes = objects.reduce(0) { $0 + ($1.bytes ?? 0) }
            let total =
                "\(objects.count) unfinished \(objects.count == 1 ? "object" : "objects") in \(location), \(ReadableNumber.bytes(bytes))"
            return (lines + [isRemoved && !objects.isEmpty ? "removed " + total : total]).joined(separator: "\n")
        }
    }

    private let location: String
    private let olderThan: Duration
    private let removes: Bool
    private let stores: ObjectStoreRegistry

    package init(location: String, olderThan: Duration, removes: Bool, stores: ObjectStoreRegistry) {
        self.location = location
        self.olderThan = olderThan
        self.removes = removes
        self.stores = stores
    }

    package func run() async throws -> Result {
        let location = try stores.resolve(location)
        let latest = Date.now - olderThan / .seconds(1)
        let found = try await location.store.unfinishedObjects(prefix: location.folderPrefix).filter {
            $0.started <= latest
        }
        if removes { try await location.store.remove(found) }
        return Result(
            location: location.description,
            objects: found.map {
                Result.Object(
                    location: $0.location, identifier: $0.identifier, started: $0.started, bytes: $0.size)
            }, isRemoved: removes)
    }
}
