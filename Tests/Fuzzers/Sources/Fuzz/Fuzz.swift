import CLibFuzzer
import Features
import Dispatch
import ModelKit
import StorageIO

/// `fuzz PARSER [options of libFuzzer] [corpus folder]`: gives a parser bytes that libFuzzer derives from the corpus by the
/// code that they reach. Whatever is refused with an error is fine; a crash, a hang or too much memory is not.
@main
enum Fuzz {
    /// A parser is given bytes; it ends when they have been read or refused.
    typealias Parser = @Sendable ([UInt8]) async -> Void

    static let parsers: [String: Parser] = [
        "clean-csv": { bytes in await FuzzedCleaning.run(bytes, named: "in.csv") },
        "clean-json-lines": { bytes in await FuzzedCleaning.run(bytes, named: "in.jsonl") },
        "csv": { bytes in
            guard let reader = try? await CSVReader.open(InMemoryInput(bytes)) else { return }
            await drain { for try await _ in reader.batches() {} }
        },
        "expression": { bytes in
            let expression = try? RowExpression(String(decoding: bytes, as: UTF8.self)).bind(to: .handbook)
            let values: [TransactionValue] = TransactionSchema.handbook.columns.map {
                $0.type.kind == .timestamp ? .time(0) : .integer(7)
            }
            _ = expression?.number(of: TransactionRecord(values))
        },
        "feature-history": { bytes in FuzzedHistory.run(bytes) },
        "feature-state": { bytes in _ = try? FeatureState(decoding: bytes) },
        "json-lines": { bytes in
            guard let reader = try? await JSONLinesReader.open(InMemoryInput(bytes)) else { return }
            await drain { for try await _ in reader.batches() {} }
        },
        "label": { bytes in _ = try? TransactionJSON.decodeLabel(bytes) },
        "parquet": { bytes in
            guard let reader = try? await ParquetReader.open(InMemoryInput(bytes)) else { return }
            await drain { for try await _ in reader.batches() {} }
        },
        "plan": { bytes in
            guard let plan = try? FeaturePlan(json: bytes, file: "plan.json") else { return }
            try? plan.validate(for: .handbook)
        },
        "record": { bytes in
            guard let json = try? RecordJSON(FuzzedHistory.schema), let record = try? json.decode(bytes) else { return }
            var written: [UInt8] = []
            json.append(record, to: &written)
        },
        "schema": { bytes in _ = try? TransactionSchema(json: bytes, file: "schema.json") },
        "transaction": { bytes in _ = try? TransactionJSON.decode(bytes) },
        "trees": { bytes in _ = try? ClassifierArchive.decode(["trees.txt": bytes]) },
        "xgboost": { bytes in _ = try? ModelFileFormat.xgboostJSON.read(bytes, fileName: "xgboost") },
    ]

    private static func drain(_ read: () async throws -> Void) async { try? await read() }

    static func main() {
        guard CommandLine.argc > 1, let parser = CommandLine.unsafeArgv[1].flatMap({ parsers[String(cString: $0)] })
        else {
            print("usage: fuzz \(parsers.keys.sorted().joined(separator: "|")) [-max_total_time=SECONDS] [CORPUS]")
            return
        }
        chosen = parser
        // The parser's name counts as the program's.
        let status = fuzz(CommandLine.argc - 1, CommandLine.unsafeArgv + 1) { data, size in
            let bytes = Array(UnsafeBufferPointer(start: data, count: size))
            let done = DispatchSemaphore(value: 0)
            let parser = Fuzz.chosen
            Task.detached {
                await parser?(bytes)
                done.signal()
            }
            done.wait()
            return 0
        }
        if status != 0 { print("libFuzzer ended with status \(status)") }
    }

    /// Set once, before libFuzzer calls anything.
    private nonisolated(unsafe) static var chosen: Parser?
}
