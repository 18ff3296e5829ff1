import DataPrep
import StorageIO

/// Cleaning by a schema, which finds the records of text files itself.
enum FuzzedCleaning {
    static func run(_ bytes: [UInt8], named name: String) async {
        let store = InMemoryObjectStore(name: "fuzz")
        let options = CleaningOptions(threads: 1)
        guard let input = try? ObjectKey(name), let output = try? ObjectKey("out.parquet"),
            (try? await store.put(bytes, to: input)) != nil
        else { return }
        _ = try? await TableCleaner(schema: FuzzedHistory.schema, options: options).clean(
            [StoredObjectInput(store: store, key: input)], to: .file(output, in: store))
    }
}
