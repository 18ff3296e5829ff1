import HTTPTransport
import StorageIO
import StorageIOTesting
import TestSupport
import Testing

@Suite struct HDFSConformanceTests {
    /// `:` separates a scheme from a path in Hadoop's own code, so names cannot have it.
    private static let excludedCharacters: Set<Character> = [":"]

    @Test(.needs(.hdfs, .python), arguments: ObjectStoreConformance.checkNames)
    func realCluster(name: String) async throws {
        let server = try HDFSServer.shared
        // Segments of 1 MiB, so that the large object has several.
        let store = try server.store(segmentSize: 1 << 20)
        let folder = server.newFolder()
        try await ObjectStoreConformance(
            store: store, folder: folder, largeObjectSize: 5 << 20, excludedCharacters: Self.excludedCharacters
        ).run(name)
        #expect(try await store.unfinishedObjects(prefix: folder + "/").isEmpty)
        #expect(try await !server.exists(folder), "folders go with their last object")
    }
}
