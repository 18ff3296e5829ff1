import Foundation
import TestSupport
import Testing

/// Ctrl-C and SIGTERM.
@Suite struct InterruptTests {
    @Test func aServiceEndsOrderly() throws {
        let folder = try TemporaryFolder()
        _ = try Executable.run(
            "simulate-transactions",
            ["--output", "t.parquet", "--format", "parquet", "--transactions", "20000", "--days", "40"], in: folder)
        _ = try Executable.run(
            "train-model", ["--data", "t.parquet", "--output", "model", "--rounds", "5"], in: folder)
        let process = try Executable.start("serve-model", ["--model", "model", "--port", "0"], in: folder)
        let identifier = process.environment?["ANTIFRAUD_TEST_ID"] ?? ""
        for _ in 0..<200 {
            let errors = try String(contentsOfFile: folder.path(".\(identifier).err"), encoding: .utf8)
            if errors.contains("listening") { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("listening on http://127.0.0.1:"))
    }

    @Test func workLeavesNothingHalfWritten() throws {
        let folder = try TemporaryFolder()
        let process = try Executable.start(
            "simulate-transactions",
            ["--output", "t.parquet", "--format", "parquet", "--transactions", "200000000"], in: folder)
        Thread.sleep(forTimeInterval: 1)
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.errors == "interrupted\n")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path(percentEncoded: false))
        #expect(names.allSatisfy { $0.hasSuffix(".out") || $0.hasSuffix(".err") }, "\(names)")
    }
}
