import Columnar
import StorageIO

func convertToParquet(_ source: String, _ destination: String, stores: ObjectStores) async throws -> Int {
    let table = try await DataSet.open(source, stores: stores)
    let place = try stores.resolve(destination)
    let options = ParquetWriteOptions(compression: .zstd(level: 3), threads: 2)
    let writer = ParquetWriter(to: try await place.store.write(place.key()), schema: table.schema, options: options)
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
