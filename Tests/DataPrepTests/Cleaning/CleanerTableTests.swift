import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Parquet files whose integers are stored in other ways, and whose folders state a column.
@Suite(.needs(.python)) struct CleanerTableTests {
    private func clean(_ script: String, _ location: String) async throws -> (report: CleaningReport, rows: RecordBatch)
    {
        let folder = try TemporaryFolder()
        try Oracle.run(
            """
            import sys, os, datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
            root = sys.argv[1]
            D = lambda values: pa.array([None if v is None else decimal.Decimal(v) for v in values], pa.decimal128(38, 0))
            columns = {
                'transaction_id': D([2**53 + 1, 2, 3, 4]),
                'tx_datetime': pa.array([datetime.date(2019, 8, 22)] * 4),
                'customer_id': pa.array([1.0, 2.0, 2.5, None]), 'terminal_id': D([7, 8, 9, 10]),
                'tx_amount': pa.array([1.5, 2.5, 3.5, 4.5]), 'tx_time_seconds': D([0, 1, 2, 3]),
                'tx_time_days': pa.array([0, 0, 0, 0], pa.float32()), 'tx_fraud': pa.array([0.0, 1.0, 0.0, 0.0]),
                'tx_fraud_scenario': D([0, 3, 0, 0]),
            }
            def write(name, columns):
                os.makedirs(os.path.dirname(root + name), exist_ok=True)
                pq.write_table(pa.table(columns), root + name)
            \(script)
            """, [folder.path("")])
        let stores = ObjectStoreRegistry()
        let store = try LocalObjectStore(folder: folder.url.path(percentEncoded: false))
        let output = try ObjectKey("out.parquet")
        let files = try await DataFiles.find(stores.resolve(folder.path(location)))
        let report = try await Cleaner(plan: CleaningPlan(outliers: .none)).clean(files, to: .file(output, in: store))
        let reader = try await ParquetReader.open(StoredObjectInput(store: store, key: output))
        return (report, try await reader.read(rowGroup: 0))
    }

    @Test func wholeNumbersOfAnyTypeAreIntegers() async throws {
        let (report, rows) = try await clean("write('in/a.parquet', columns)", "in/a.parquet")
        #expect(report[.invalid].rows == 1 && report[.missing].rows == 1)
        #expect(report[.invalid].samples.first?.value == "2.5")
        let kept = try TransactionColumns(rows)
        #expect(kept.transactionID == [(1 << 53) + 1, 2] && kept.customerID == [1, 2] && kept.terminalID == [7, 8])
        #expect(kept.fraud == [0, 1] && kept.fraudScenario == [0, 3])
        #expect(kept.dateTime == [1_566_432_000_000_000, 1_566_432_000_000_000])
    }

    @Test func foldersStateAColumn() async throws {
        let (report, rows) = try await clean(
            """
            del columns['tx_time_days']
            write('in/tx_time_days=3/a.parquet', columns)
            columns['transaction_id'] = D([5, 6, 7, 8])
            write('in/tx_time_days=4/a.parquet', columns)
            """, "in")
        #expect(report.rowsRead == 8 && report.rowsKept == 4)
        #expect(try TransactionColumns(rows).timeDays == [3, 3, 4, 4])
    }

    @Test func aColumnThatCannotBeReadHasItsReason() async throws {
        await #expect(throws: ParquetError.self) {
            try await clean("columns['tx_amount'] = pa.array([[1.5]] * 4); write('in/a.parquet', columns)", "in")
        }
    }
}
