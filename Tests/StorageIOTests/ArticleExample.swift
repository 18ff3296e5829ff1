import Columnar
import StorageIO

func convertToParquet(_ source: String, _ destination: String, stores: ObjectStoreRegistry) async throws -> Int {
    let table = try await DataSet.open(source, stores: stores)
    let location = try stores.resolve(destination)
    let options = ParquetWriteOptions(compression: .zstd(level: 3), threads: 2)
    let writer = ParquetWriter(
        to: try await location.store.write(location.key()), schema: table.schema, options: options)
    var rows = 0
    do {
        for try await batch in table.batches(threads: 2) {
            try await writer.write(batch)
            rows += batch.rowCount
        }
        try await writer.finish()
    } catch {
        await writer.abort()
        throw error
    }
    return rows
}
