import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Texts are numbered while they wait; the tables written do not show it.
@Suite struct CodedTextCleaningTests {
    private static let rows = 150_000

    private let schema = TransactionSchema(columns: [
        SchemaColumn("id", .integer(), role: .id), SchemaColumn("city", .category, role: .attribute),
        SchemaColumn("name", .text, role: .attribute), SchemaColumn("amount", .float(), role: .amount),
    ])

    /// The city and name of a row: there are few cities, and more names than are numbered; both hold what is quoted.
    private static func texts(_ row: Int) -> (city: String, name: String) {
        let cities = ["Bonn", "Köln", "Town, \"North\"", "Line\nbreak", "x"]
        return (cities[row % 5], row < 120_000 ? "name \(row % 100_000)" : "Müller, \(row % 7)")
    }

    private static func write(to folder: TemporaryFolder) throws {
        func field(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        var text = "id,city,name,amount,note\n"
        for row in 0..<rows {
            let (city, name) = texts(row)
            let isPlain = city == "x" && row % 2 == 0
            text += "\(row),\(isPlain ? city : field(city)),\(field(name)),1.25,n\(row % 3)\n"
        }
        try Data(text.utf8).write(to: folder.url.appending(path: "in.csv"))
    }

    @Test(arguments: [(waiting: 1 << 28, output: "out.parquet"), (0, "out.parquet"), (1 << 20, "out.csv")])
    func textsAreThoseOfTheFile(run: (waiting: Int, output: String)) async throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder)
        let store = try LocalObjectStore(folder: folder.url.path(percentEncoded: false))
        var options = CleaningOptions(threads: 3, rowGroupRows: 40_000)
        options.blockBytes = 1 << 17
        options.waitingBudget = run.waiting
        let report = try await TableCleaner(schema: schema, options: options).clean(
            [StoredObjectInput(store: store, key: ObjectKey("in.csv"))], to: .file(ObjectKey(run.output), in: store))
        #expect(report.rowsKept == Self.rows && (report.spilledBytes > 0) == (run.waiting < 1 << 28))
        var row = 0
        let table = try await DataSet.open(folder.url.appending(path: run.output).path(percentEncoded: false))
        for try await batch in table.batches() {
            let cities = try batch.column("city").byteValues(), names = try batch.column("name").byteValues()
            let notes = try batch.column("note").byteValues()
            for position in 0..<batch.rowCount {
                let (city, name) = Self.texts(row)
                let found = [cities, names, notes].map { $0.string(at: position) }
                if found != [city, name, "n\(row % 3)"] { Issue.record("row \(row) is \(found)") }
                row += 1
            }
        }
        #expect(row == Self.rows)
    }
}
