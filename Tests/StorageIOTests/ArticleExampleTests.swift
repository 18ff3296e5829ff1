import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "StorageIO"))
    }

    @Test func articleOnConformanceHoldsTheCompiledExample() throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "StorageIOTesting", source: "Tests/StorageIOTests/ArticleExampleConformance.swift"))
    }

    @Test func exampleStoreCountsWhatIsRead() async throws {
        let store = MeteredStore(InMemoryObjectStore()), key = try ObjectKey("a")
        try await store.put([1, 2, 3], to: key)
        _ = try await store.read(key, range: 1..<3)
        #expect(store.bytesRead == 2)
    }

    @Test func exampleConvertsAllFiles() async throws {
        let folder = try TemporaryFolder()
        for (name, rows) in [("1.csv", "1,a\n2,b\n"), ("2.csv", "3,c\n")] {
            try Data(("id,name\n" + rows).utf8).write(to: folder.url.appending(path: name))
        }
        let stores = ObjectStoreRegistry()
        let output = folder.path("out.parquet")
        #expect(try await convertToParquet(folder.path("*.csv"), output, stores: stores) == 3)
        let table = try await DataSet.open(output, stores: stores)
        #expect(table.rowCount == 3)
        #expect(table.schema.names == ["id", "name"])
    }
}
