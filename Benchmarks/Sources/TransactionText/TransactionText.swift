import BenchmarkSupport
import Features
import Foundation

/// Transactions as JSON, read and written one by one on one thread, compared with Foundation and Python's json.
///
///     swift run -c release TransactionText [OBJECTS] [RUNS]
@main
struct TransactionText {
    private struct FoundationTransaction: Codable {
        var transaction_id: Int64
        var tx_datetime: String
        var customer_id: Int64
        var terminal_id: Int64
        var tx_amount: Double
        var tx_time_seconds: Int64
        var tx_time_days: Int32
        var tx_fraud: Int32
        var tx_fraud_scenario: Int32
    }

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let count = arguments.first ?? 1_000_000
        let runs = arguments.dropFirst().first ?? 3
        let transactions = (0..<count).map(transaction)
        var texts: [[UInt8]] = []
        for transaction in transactions {
            var text: [UInt8] = []
            TransactionJSON.append(transaction, to: &text)
            texts.append(text)
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "transactions-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(texts.joined(separator: [0x0A])).write(to: file)

        var read = Measurement("ours"), readFoundation = Measurement("Foundation"),
            readPython = Measurement("Python json")
        var write = Measurement("ours"), writeFoundation = Measurement("Foundation"),
            writePython = Measurement("Python json")
        for _ in 0..<runs {
            read.seconds.append(
                try await timed {
                    var sum: Int64 = 0
                    for text in texts { sum &+= try TransactionJSON.decode(text).customerID }
                    guard sum == transactions.reduce(0, { $0 + $1.customerID }) else {
                        preconditionFailure("wrong values")
                    }
                })
            let datas = texts.map { Data($0) }
            let decoder = JSONDecoder()
            readFoundation.seconds.append(
                try await timed {
                    for data in datas { _ = try decoder.decode(FoundationTransaction.self, from: data).customer_id }
                })
            write.seconds.append(
                await timed {
                    var text: [UInt8] = []
                    for transaction in transactions {
                        text.removeAll(keepingCapacity: true)
                        TransactionJSON.append(transaction, to: &text)
                    }
                })
            let encoder = JSONEncoder()
            let same = try decoder.decode(FoundationTransaction.self, from: datas[0])
            writeFoundation.seconds.append(try await timed { for _ in 0..<count { _ = try encoder.encode(same) } })
            let output = try Peer(pythonProgram).run([file.path(percentEncoded: false)]).split(separator: "\n")
            readPython.seconds.append(Double(output.first ?? "") ?? .nan)
            writePython.seconds.append(Double(output.last ?? "") ?? .nan)
        }
        report("reading \(count) objects", ours: read, peers: [readFoundation, readPython])
        report("writing \(count) objects", ours: write, peers: [writeFoundation, writePython])
    }

    private static func transaction(_ index: Int) -> Transaction {
        let id = Int64(index)
        let seconds = id * 17 / 10
        return Transaction(
            transactionID: id, dateTime: (1_566_432_000 + seconds) * 1_000_000, customerID: id * 7919 % 5000,
            terminalID: id * 104_729 % 10_000, amount: Double(index * 31 % 30_000) / 100, timeSeconds: seconds,
            timeDays: Int32(seconds / 86_400), fraud: index % 120 == 0 ? 1 : 0, fraudScenario: 0)
    }

    private static let pythonProgram = """
        import sys, time, json
        lines = open(sys.argv[1], "rb").read().split(b"\\n")
        start = time.perf_counter()
        rows = [json.loads(line) for line in lines]
        read = time.perf_counter()
        for row in rows: json.dumps(row)
        print(read - start)
        print(time.perf_counter() - read)
        """
}
