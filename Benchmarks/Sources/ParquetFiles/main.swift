// Reads and writes a table of card transactions (snappy), compared with pyarrow and Polars.
//
//     swift run -c release ParquetFiles [FILE.parquet] [--rows N] [--rounds N] [--threads N]
//
// Without a file, a table of the transaction schema is generated, with 9.8 million rows by default.
import BenchmarkSupport
import Columnar
import Foundation
import StorageIO

struct UsageError: Error, CustomStringConvertible {
    let description: String
}

struct Arguments {
    var file: String?
    var rows = 9_800_000
    var rounds = 5
    var threads = 2

    init(_ words: [String]) throws {
        var rest = words[...]
        func number(_ name: String) throws -> Int {
            guard let text = rest.popFirst(), let value = Int(text), value > 0 else {
                throw UsageError(description: "\(name) needs a number")
            }
            return value
        }
        while let word = rest.popFirst() {
            switch word {
            case "--rows": rows = try number(word)
            case "--rounds": rounds = try number(word)
            case "--threads": threads = try number(word)
            default: file = word
            }
        }
    }
}

let makeTransactions = Peer(
    """
    import sys, numpy as np, pyarrow as pa, pyarrow.parquet as pq
    path, rows = sys.argv[1], int(sys.argv[2])
    r = np.random.default_rng(1)
    seconds = np.sort(r.integers(0, rows * 9 // 1, rows))
    fraud = (r.random(rows) < 0.008).astype("int32")
    pq.write_table(pa.table({
        "transaction_id": np.arange(rows),
        "tx_datetime": pa.array((seconds + 1566432000) * 1_000_000, pa.timestamp("us")),
        "customer_id": r.integers(0, 5000, rows), "terminal_id": r.integers(0, 10000, rows),
        "tx_amount": np.round(r.gamma(1.6, 33, rows), 2), "tx_time_seconds": seconds,
        "tx_time_days": (seconds // 86400).astype("int32"), "tx_fraud": fraud,
        "tx_fraud_scenario": fraud * r.integers(1, 4, rows).astype("int32"),
    }), path, compression="snappy")
    print(0.0)
    """)

/// A peer's program: `run` is timed the second time, so that the peer is as warm as we are.
func peer(_ prepare: String, _ run: String) -> Peer {
    Peer(
        """
        import sys, os, time
        path, target, threads = sys.argv[1], sys.argv[2], sys.argv[3]
        os.environ["POLARS_MAX_THREADS"] = threads
        \(prepare)
        for _ in range(2):
            result = None
            start = time.perf_counter()
            result = \(run)
            seconds = time.perf_counter() - start
        print(seconds)
        """)
}

let preparePyarrow = "import pyarrow as pa, pyarrow.parquet as pq; pa.set_cpu_count(int(threads))"
let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
let folder = FileManager.default.temporaryDirectory.appending(path: "parquet-benchmark-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let path = arguments.file ?? folder.appending(path: "transactions.parquet").path(percentEncoded: false)
if arguments.file == nil { _ = try makeTransactions.seconds([path, String(arguments.rows)]) }

let source = URL(filePath: path)
let sourceStore = try LocalObjectStore(folder: source.deletingLastPathComponent().path(percentEncoded: false))
let targetStore = try LocalObjectStore(folder: folder.path(percentEncoded: false))
let target = folder.appending(path: "written").path(percentEncoded: false)

func readAll(_ store: LocalObjectStore, _ name: String) async throws -> (schema: Schema, batches: [RecordBatch]) {
    let input = try await StoredObjectInput(store: store, key: ObjectKey(name))
    let reader = try await ParquetReader.open(input)
    var batches: [RecordBatch] = []
    for try await batch in reader.batches(threads: arguments.threads) { batches.append(batch) }
    return (reader.schema, batches)
}

/// A file that is not synced to disk, as the peers' are not.
final class PlainFile: ObjectWriter {
    private let handle: FileHandle

    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        handle = try FileHandle(forWritingTo: URL(filePath: path))
    }

    func write(_ bytes: [UInt8]) async throws {
        try bytes.withUnsafeBytes { part in
            guard let start = part.baseAddress else { return }
            try handle.write(
                contentsOf: Data(
                    bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: part.count, deallocator: .none))
        }
    }

    func finish() async throws { try handle.close() }
    func abort() async { try? handle.close() }
}

let table = try await readAll(sourceStore, source.lastPathComponent)

func writeAll() async throws {
    let writer = ParquetWriter(
        to: try PlainFile(target), schema: table.schema,
        options: ParquetWriteOptions(compression: .snappy, threads: arguments.threads))
    for batch in table.batches { try await writer.write(batch) }
    try await writer.finish()
}

let readers = [
    ("pyarrow", peer(preparePyarrow, "pq.read_table(path)")),
    ("Polars", peer("import polars", "polars.read_parquet(path)")),
]
let writers = [
    (
        "pyarrow",
        peer(preparePyarrow + "; table = pq.read_table(path)", "pq.write_table(table, target, compression='snappy')")
    ),
    (
        "Polars",
        peer("import polars; table = polars.read_parquet(path)", "table.write_parquet(target, compression='snappy')")
    ),
]
var ourReading = Measurement("ours")
var ourRereading = Measurement("ours")
var ourWriting = Measurement("ours")
var peerReading = readers.map { Measurement($0.0) }
var peerRereading = readers.map { Measurement($0.0) }
var peerWriting = writers.map { Measurement($0.0) }
var size = 0
for _ in 0..<arguments.rounds {
    let words = [path, target, String(arguments.threads)]
    ourReading.seconds.append(
        try await timed { _ = try await readAll(sourceStore, source.lastPathComponent) })
    for (index, reader) in readers.enumerated() { peerReading[index].seconds.append(try reader.1.seconds(words)) }
    for (index, writer) in writers.enumerated() { peerWriting[index].seconds.append(try writer.1.seconds(words)) }
    ourWriting.seconds.append(try await timed { try await writeAll() })
    ourRereading.seconds.append(try await timed { _ = try await readAll(targetStore, "written") })
    for (index, reader) in readers.enumerated() {
        peerRereading[index].seconds.append(try reader.1.seconds([target, "", String(arguments.threads)]))
    }
    size = try FileManager.default.attributesOfItem(atPath: target)[.size] as? Int ?? 0
}
let rows = table.batches.reduce(0) { $0 + $1.rowCount }
let title = "\(rows) rows x \(table.schema.fields.count) columns, snappy, \(arguments.threads) threads"
report("Reading \(title)", ours: ourReading, peers: peerReading)
report("Reading the file that we wrote", ours: ourRereading, peers: peerRereading)
report("Writing \(title) (\(size >> 20) MiB)", ours: ourWriting, peers: peerWriting)
