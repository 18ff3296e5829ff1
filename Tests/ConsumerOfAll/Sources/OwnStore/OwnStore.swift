import Foundation
import StorageIO
import StorageIOTesting

/// Registers a store of its own, checks that it keeps the promises of every store, and copies a large object between
/// two such stores and a folder: in ranges that are streamed and written at the same time.
@main
enum OwnStore {
    static let size = 64 << 20

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func main() async throws {
        try await ObjectStoreConformance(store: SlowStore(name: "conformance")).runAll()

        let stores = ObjectStoreRegistry()
        stores.register(schemes: ["slow"]) { SlowStore(name: $0.authority) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "own-store-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }

        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let first = try stores.resolve("slow://first/large"), second = try stores.resolve("slow://second/large")
        let file = try stores.resolve(folder.appending(path: "large").path)
        try await first.store.put(bytes, to: first.key())

        try await copy(first, to: second, bytes)
        try await copy(second, to: file, bytes)
        try await copy(file, to: try stores.resolve("slow://third/large"), bytes)
        print("copied \(size) bytes three times, by streams and positioned writes at the same time")
    }

    private static func copy(_ source: StorageLocation, to destination: StorageLocation, _ bytes: [UInt8]) async throws
    {
        let report = try await Transfer(from: source, to: destination).run()
        try expect(report.failures.isEmpty && report.copied.count == 1, "\(destination): \(report.failures)")
        try expect(try await destination.store.read(destination.key()) == bytes, "\(destination): other bytes")
        if let used = (source.store as? SlowStore)?.usage {
            try expect(used.streams > 1 && used.streamsAtOnce > 1, "\(source) was not streamed in parallel: \(used)")
        }
        if let used = (destination.store as? SlowStore)?.usage {
            try expect(
                used.positionedWrites > 1 && used.orderedWrites == 0, "\(destination) was written in order: \(used)")
        }
    }

    private static func expect(_ condition: Bool, _ message: String) throws {
        if !condition { throw Failure(description: message) }
    }
}
