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
        var address = ""
        while address.isEmpty {
            let errors = try String(contentsOfFile: folder.path(".\(identifier).err"), encoding: .utf8)
            try #require(process.isRunning, "\(errors)")
            if let line = errors.wholeMatch(of: /listening on (http:.*)\n/) { address = String(line.1) }
            Thread.sleep(forTimeInterval: 0.02)
        }
        // The model is loaded just after the socket is open.
        var check = try Executable.run("serve-model", ["--healthcheck", address + "/health"], in: folder)
        while check.errors.contains("status 503") {
            check = try Executable.run("serve-model", ["--healthcheck", address + "/health"], in: folder)
        }
        #expect(check.status == 0, "\(check.errors)")
        let unwell = try Executable.run("serve-model", ["--healthcheck", address + "/other"], in: folder)
        #expect(unwell.status == 1 && unwell.errors.contains("status 404"), "\(unwell.errors)")
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let nobody = try Executable.run("serve-model", ["--healthcheck", address + "/health"], in: folder)
        #expect(nobody.status == 1, "\(nobody.errors)")
    }

    @Test func workLeavesNothingHalfWritten() throws {
        let folder = try TemporaryFolder()
        let process = try Executable.start(
            "simulate-transactions",
            ["--output", "t.parquet", "--format", "parquet", "--transactions", "20000000", "--days", "4000"], in: folder
        )
        // The unfinished output is a file of its own beside the destination: with bytes in it, the work has begun. Many
        // days make the first of them small, so that this is soon.
        while try Self.otherFiles(in: folder).allSatisfy({ $0.size == 0 }) {
            try #require(process.isRunning, "ended before it wrote anything")
            Thread.sleep(forTimeInterval: 0.02)
        }
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.errors == "interrupted\n")
        let left = try Self.otherFiles(in: folder).map(\.name)
        #expect(left.isEmpty, "\(left)")
    }

    /// The files of a folder but for the programs' texts.
    private static func otherFiles(in folder: TemporaryFolder) throws -> [(name: String, size: Int)] {
        let path = folder.url.path(percentEncoded: false)
        return try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }
            .map { name in
                // A file that was renamed or removed meanwhile has no size.
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                return (name, (attributes?[.size] as? Int) ?? 0)
            }
    }
}
