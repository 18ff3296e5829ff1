import Foundation
import TestSupport
import Testing

/// What other people's buckets, file systems and shells pass to the programs.
@Suite struct OddLocationsTests {
    private struct Report: Decodable {
        struct Object: Decodable { var location: String }
        var copied: [Object]
        var failures: [Object]
    }

    private struct Cost: Decodable {
        struct Usage: Decodable {
            var objects: Int
            var bytes: Int
        }
        struct Object: Decodable { var location: String }
        var usage: Usage
        var uncounted: [Object]
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func files(_ location: String = "") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path(location)).filter { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder.path(location + name), isDirectory: &isFolder)
            return !isFolder.boolValue && !name.hasPrefix(".")
        }.sorted()
    }

    private func shell(_ script: String, _ environment: [String: String] = [:]) throws -> Executable.Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        let programs = BuiltPrograms.url("copy-data").deletingLastPathComponent().path(percentEncoded: false)
        let path = programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        process.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { $1 }
            .merging(environment) { $1 }
        for (suffix, keyPath) in [("out", \Process.standardOutput), ("err", \Process.standardError)] {
            _ = FileManager.default.createFile(atPath: folder.path(".shell.\(suffix)"), contents: nil)
            process[keyPath: keyPath] = FileHandle(forWritingAtPath: folder.path(".shell.\(suffix)"))
        }
        try process.run()
        process.waitUntilExit()
        return Executable.Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: folder.path(".shell.out"), encoding: .utf8),
            errors: try String(contentsOfFile: folder.path(".shell.err"), encoding: .utf8))
    }

    @Test(.needs(.python)) func keysOfABucketDoNotLeadOutOfTheDestination() throws {
        let hostile = [
            "d/../\u{301}x\u{600}/../pwned1", "d/../\u{301}x\u{600}/../../\u{301}y\u{600}/../pwned2", "d//double",
            "d/./dot", "d/../up", "d/nonempty/", "d/nul\u{1}/../x",
        ]
        let server = try OddS3Server(
            (hostile + ["d/ok", "d/sub/ok"]).map { ("evil/" + $0, "content") } + [("evil/d/", ""), ("evil/d/sub/", "")])
        let outcome = try Executable.run(
            "copy-data", ["s3://evil/d/", "out/a/b/dest/", "--json"], in: folder, environment: server.environment)
        #expect(outcome.status == 1 && outcome.errors.contains("\(hostile.count) objects"), "\(outcome.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        #expect(
            Set(report.failures.map { Array($0.location.utf8) }) == Set(hostile.map { Array("s3://evil/\($0)".utf8) }))
        #expect(try files() == ["out/a/b/dest/ok", "out/a/b/dest/sub/ok"])
        let text = try Executable.run(
            "copy-data", ["s3://evil/d/", "out/a/b/dest/"], in: folder, environment: server.environment)
        #expect(text.status == 1)
        for key in ["d//double", "d/./dot", "d/../up", "d/nonempty/", "\\u{01}"] {
            #expect(text.output.contains(key), "\(text.output)")
        }

        // Another bucket accepts all of them, and all of them cost.
        let copied = try Executable.json(
            Report.self, "copy-data", ["s3://evil/", "s3://other/"], in: folder, environment: server.environment)
        #expect(copied.failures.isEmpty && copied.copied.count == hostile.count + 4)
        let names = try server.names().map { Array($0.utf8) }
        let all = (hostile + ["d/ok", "d/sub/ok", "d/", "d/sub/"])
        #expect(Set(names) == Set(all.flatMap { [Array("evil/\($0)".utf8), Array("other/\($0)".utf8)] }))
        let cost = try Executable.json(
            Cost.self, "storage-cost", ["s3://other/"], in: folder, environment: server.environment)
        #expect(cost.usage.objects == all.count && cost.usage.bytes == 7 * (hostile.count + 2))
    }

    @Test(.needs(.python)) func localNamesThatAreNotKeysAreNamed() throws {
        try Oracle.run(
            """
            import os, sys
            os.chdir(sys.argv[1]); os.mkdir('src')
            open(b'src/latin-\\xe9.txt', 'w').write('x'); open('src/ok.txt', 'w').write('xy')
            os.symlink('nothing', 'src/dangling')
            """, [folder.path("")])
        let copy = try Executable.run("copy-data", ["src", "out/"], in: folder)
        #expect(copy.status == 1 && copy.output.contains("latin-\\xE9.txt") && copy.output.contains("src/dangling"))
        #expect(try files("out/") == ["ok.txt"])
        let cost = try Executable.run("storage-cost", ["src", "--json"], in: folder)
        #expect(cost.status == 1 && cost.errors.contains("2 objects"), "\(cost.errors)")
        let counted = try JSONDecoder().decode(Cost.self, from: Data(cost.output.utf8))
        #expect(counted.usage.objects == 1 && counted.usage.bytes == 2 && counted.uncounted.count == 2)
        let text = try Executable.run("storage-cost", ["src"], in: folder)
        #expect(text.output.contains("latin-\\xE9.txt") && text.output.contains("src/dangling"))
    }

    /// Lustre without `-o flock` returns ENOSYS, NFS without its lock service ENOLCK.
    @Test(arguments: [ENOSYS, ENOLCK, EOPNOTSUPP, EIO])
    func fileSystemsWithoutLocksAreWrittenTo(code: Int32) throws {
        try "#include <errno.h>\nint flock(int f, int o) { (void)f; (void)o; errno = \(code); return -1; }\n"
            .write(toFile: folder.path("noflock.c"), atomically: false, encoding: .utf8)
        try Oracle.execute(
            "/usr/bin/env",
            ["clang", "-shared", "-fPIC", "-o", folder.path("noflock.so"), folder.path("noflock.c")])
        try "text".write(toFile: folder.path("a"), atomically: false, encoding: .utf8)
        for _ in 0..<2 {
            let outcome = try shell(
                "timeout -s KILL 60 copy-data --compare never a out/a", ["LD_PRELOAD": folder.path("noflock.so")])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) == ["a"])
    }

    @Test func outputsDoNotReplaceInputs() throws {
        let simulated = try shell(
            """
            simulate-transactions -q --output raw --transactions 3000 --days 30 &&
            clean-transactions -q --input raw --output clean.parquet && ln clean.parquet hard.parquet &&
            ln -s clean.parquet link.parquet && train-model -q --data clean.parquet --output model --rounds 2
            """)
        try #require(simulated.status == 0, "\(simulated.errors)")
        let before = try Data(contentsOf: folder.url.appending(path: "clean.parquet"))
        let text = try #require(try files("raw/").first { $0.hasSuffix(".txt") })
        let part = try #require(try files("model/").first)
        let rawBefore = try Data(contentsOf: folder.url.appending(path: "raw/\(text)"))
        for (program, arguments) in [
            ("clean-transactions", ["--input", "raw", "--output", "raw/\(text)"]),
            ("clean-transactions", ["--input", "raw/\(text)", "--output", "raw/"]),
            ("clean-transactions", ["--input", "raw", "--output", "new.parquet", "--report", "./raw/../raw/\(text)"]),
            ("clean-transactions", ["--input", "raw", "--output", "new.json", "--report", "new.json"]),
            ("score-transactions", ["--data", "clean.parquet", "--model", "model", "--output", "hard.parquet"]),
            ("score-transactions", ["--data", "hard.parquet", "--model", "model", "--output", "link.parquet"]),
            ("score-transactions", ["--data", "clean.parquet", "--model", "model", "--output", "model/\(part)"]),
            (
                "compare-models",
                [
                    "--data", "clean.parquet", "--champion", "model", "--candidate", "model", "--report",
                    "link.parquet",
                ]
            ),
            ("train-model", ["--data", "clean.parquet", "--output", "./", "--rounds", "1"]),
            ("copy-data", ["clean.parquet", "hard.parquet"]),
        ] {
            let outcome = try Executable.run(program, arguments, in: folder)
            #expect(outcome.status == 1, "\(program) \(arguments)")
            #expect(outcome.errors.contains("would replace"), "\(program) \(arguments): \(outcome.errors)")
        }
        #expect(try Data(contentsOf: folder.url.appending(path: "clean.parquet")) == before)
        #expect(try Data(contentsOf: folder.url.appending(path: "raw/\(text)")) == rawBefore)
        #expect(!FileManager.default.fileExists(atPath: folder.path("new.parquet")))
    }

    @Test(.timeLimit(.minutes(3)))
    func shellsHandOverPipes() throws {
        let outcome = try shell(
            """
            set -e
            simulate-transactions -q --output raw --transactions 3000 --days 30
            cat raw/*.txt > all.txt; gzip -k all.txt
            clean-transactions -q --input all.txt --output clean.parquet
            clean-transactions -q --input <(zcat all.txt.gz) --output piped.parquet
            cat all.txt.gz | clean-transactions -q --input /dev/stdin --output stdin.parquet
            clean-transactions --input all.txt --output /dev/stdout > redirected.parquet
            clean-transactions --json --input all.txt --output /dev/stdout | cat > through.parquet
            clean-transactions -q --input all.txt --output >(cat > substituted.parquet); sleep 1
            copy-data -q <(zcat all.txt.gz) copied.txt
            cmp copied.txt all.txt
            """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let clean = try Data(contentsOf: folder.url.appending(path: "clean.parquet"))
        for name in ["piped", "stdin", "redirected", "through", "substituted"] {
            #expect(try Data(contentsOf: folder.url.appending(path: "\(name).parquet")) == clean, "\(name)")
        }
    }

    @Test(.needs(.python)) func malformedSizesAreRefused() throws {
        for size in [
            "1B2G", "0", "-1", "1e3", "0x10", "inf", "nan", "", "G", "1.", ".5G", "1GG", "1Gi", "9999999P", "+1G",
            "1 G",
        ] {
            let outcome = try Executable.run("storage-cost", ["--size=\(size)"], in: folder)
            #expect(outcome.status == 64 && outcome.errors.contains("--size"), "\(size): \(outcome.output)")
        }
        for (size, bytes) in [("112G", 112_000_000_000), ("1.5kB", 1_500), ("800", 800), ("2KiB", 2_048), ("1b", 1)] {
            let cost = try Executable.json(Cost.self, "storage-cost", ["--size", size], in: folder)
            #expect(cost.usage.bytes == bytes, "\(size)")
        }
        for size in ["1B2G", "12X", "1.5.2M", "0x10M", "MM"] {
            #expect(try Executable.run("copy-data", ["a", "b", "--memory-limit", size], in: folder).status == 64)
        }
    }

    @Test(.needs(.python)) func writesHaveTheirPrice() throws {
        struct Priced: Decodable {
            struct Bucket: Decodable { var requests: Double }
            var bucket: Bucket
        }
        let table = try Executable.run("storage-cost", ["--print-prices"], in: folder).output
            .replacing("\"thousand_writes\" : 0", with: "\"thousand_writes\" : 5")
            .replacing("\"thousand_reads\" : 0", with: "\"thousand_reads\" : 1")
        try Data(table.utf8).write(to: folder.url.appending(path: "prices.json"))
        let cost = try Executable.json(
            Priced.self, "storage-cost",
            [
                "--size", "1T", "--objects", "4000", "--prices", "prices.json", "--writes-per-month", "3",
                "--reads-per-month", "2",
            ], in: folder)
        #expect(cost.bucket.requests == 3 * 4 * 5 + 2 * 4)
    }
}
