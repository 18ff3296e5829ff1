import BenchmarkSupport
import Columnar
import Features
import Foundation
import StorageIO

/// The fifteen window features of a table, compared with DuckDB's window functions and pandas' rolling windows.
///
///     swift run -c release WindowFeatures FILE.parquet [RUNS]
///
/// Reading the file is not measured. DuckDB and ours use all processors, pandas one.
@main
struct WindowFeatures {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: WindowFeatures FILE.parquet [RUNS]")
            exit(2)
        }
        let runs = arguments.count > 2 ? Int(arguments[2]) ?? 3 : 3
        let location = try ObjectStoreRegistry().resolve(arguments[1])
        let reader = try await ParquetReader.open(StoredObjectInput(store: location.store, key: location.key()))
        var batches: [RecordBatch] = []
        for try await batch in reader.batches(threads: 2) { batches.append(batch) }
        let transactions = try TransactionColumns(RecordBatch.concatenating(batches, schema: reader.schema))

        let threads = ProcessInfo.processInfo.activeProcessorCount
        let pipeline = FeaturePipeline()
        var all = Measurement("ours, \(threads) threads"), one = Measurement("ours, one thread")
        var duckDB = Measurement("DuckDB"), pandas = Measurement("pandas")
        for _ in 0..<runs {
            all.seconds.append(await timed { @Sendable in _ = pipeline.columns(transactions, threads: threads) })
            one.seconds.append(await timed { @Sendable in _ = pipeline.columns(transactions) })
            duckDB.seconds.append(try Peer(duckDBProgram).seconds([arguments[1], "\(threads)"]))
            pandas.seconds.append(try Peer(pandasProgram).seconds([arguments[1]]))
        }
        report("window features of \(transactions.count) transactions", ours: all, peers: [one, duckDB, pandas])
    }

    private static let duckDBProgram = """
        import sys, time, duckdb
        connection = duckdb.connect()
        connection.execute(f"set threads={sys.argv[2]}")
        connection.execute(f"create table t as select * from read_parquet('{sys.argv[1]}')")
        def window(key, start, end, value):
            days = lambda count: f"interval {count} days preceding" if count else "current row"
            return f"{value} over (partition by {key} order by tx_datetime range between {days(start)} and {days(end)})"
        columns = ["tx_amount::float", "(isodow(tx_datetime) >= 6)::int::float", "(hour(tx_datetime) <= 6)::int::float"]
        for days in (1, 7, 30):
            columns += [window("customer_id", days, 0, f) + "::float" for f in ("count(*)", "avg(tx_amount)")]
            columns += [window("terminal_id", 7 + days, 7, f) + "::float" for f in ("count(*)", "avg(tx_fraud)")]
        start = time.perf_counter()
        connection.execute("create table f as select " + ", ".join(f"{c} as f{i}" for i, c in enumerate(columns)) + " from t")
        print(time.perf_counter() - start)
        """

    private static let pandasProgram = """
        import sys, time, numpy as np, pandas as pd
        data = pd.read_parquet(sys.argv[1])
        start = time.perf_counter()
        ordered = data.sort_values(["tx_datetime", "transaction_id"])
        indexed = ordered.set_index("tx_datetime")
        features = [ordered.tx_amount, indexed.index.dayofweek >= 5, indexed.index.hour <= 6]
        def rolling(key, value, days):
            windows = indexed.groupby(key)[value].rolling(f"{days}D")
            return windows.count().to_numpy(), windows.sum().to_numpy()
        for days in (1, 7, 30):
            count, total = rolling("customer_id", "tx_amount", days)
            features += [count, total / count]
        late = rolling("terminal_id", "tx_fraud", 7)
        for days in (1, 7, 30):
            count, total = (both - delay for both, delay in zip(rolling("terminal_id", "tx_fraud", 7 + days), late))
            features += [count, np.where(count > 0, total / np.maximum(count, 1), 0)]
        print(time.perf_counter() - start)
        """
}
