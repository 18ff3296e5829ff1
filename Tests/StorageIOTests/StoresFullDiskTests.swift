import Foundation
import StorageIO
import TestSupport
import Testing

/// A file system of 256 KiB; mounting it requires root.
private final class SmallDisk: Sendable {
    private let folder: TemporaryFolder
    var path: String { folder.path("disk") }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("disk"), withIntermediateDirectories: true)
        try Oracle.execute("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.path("disk")])
    }

    deinit { _ = try? Oracle.execute("/usr/bin/env", ["umount", path]) }
}

@Suite(.needs(.mounting)) struct StoresFullDiskTests {
    @Test func aFullDiskLeavesTheEarlierObjectAndNothingElse() async throws {
        let disk = try SmallDisk()
        let store = try LocalObjectStore(folder: disk.path)
        let key = try ObjectKey("folder/a")
        try await store.put([1, 2, 3], to: key)
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.put([UInt8](repeating: 7, count: 1 << 20), to: key)
        }
        #expect(error?.code == .noSpace && error?.location == "\(disk.path)/folder/a")
        #expect(try await store.read(key) == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(disk.path)/folder") == ["a"])
        let large = try ObjectKey("large")
        try await store.put([UInt8](repeating: 7, count: 150_000), to: large)
        let failure = await #expect(throws: ObjectStoreError.self) {
            try await store.copy(from: large, to: ObjectKey("copy"))
        }
        #expect(failure?.code == .noSpace)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).sorted() == ["folder", "large"])
    }
}
