import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "StorageIO"))
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
