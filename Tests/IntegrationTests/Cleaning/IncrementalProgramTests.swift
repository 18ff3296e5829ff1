import Foundation
import TestSupport
import Testing

/// `clean-transactions --incremental` as a schedule runs it, killed by the system now and then.
@Suite(.needs(.s3, .hdfs, .python)) struct IncrementalProgramTests {
    struct Report: Decodable {
        struct Increment: Decodable {
            struct Fences: Decodable {
                var run: Int
                var upper: Double
            }
            struct Total: Decodable {
                var rule: String
                var rows: Int
            }
            var action: String
            var run: Int
            var fences: Fences
            var totalRowsKept: Int
            var totalDropped: [Total]
        }
        var increment: Increment
    }

    enum Location: String, Sendable, CaseIterable {
        case here, s3, hdfs
    }

    let folder: TemporaryFolder
    let locations: RemoteLocations

    init() throws {
        folder = try TemporaryFolder()
        locations = try RemoteLocations()
    }

    private func uri(_ location: Location, _ path: String) -> String {
        switch location {
        case .here: path
        case .s3: locations.s3(path)
        case .hdfs: locations.hdfs(path)
        }
    }

    private func run(_ name: String, _ arguments: [String]) throws {
        let outcome = try Executable.run(name, arguments, in: folder, environment: locations.environment)
        try #require(outcome.status == 0, "\(name): \(outcome.errors)")
    }

    /// Cleans what is new; kills the program the given number of times before it may end.
    private func clean(
        _ location: Location, kills: Int, within seconds: Double, _ random: inout SeededGenerator
    ) throws -> Report {
        let arguments = [
            "--input", uri(location, "raw/"), "--output", uri(location, "clean/"), "--incremental", "--rejects",
            uri(location, "rejects/"), "--json",
        ]
        for _ in 0..<kills {
            let process = try Executable.start(
                "clean-transactions", arguments, in: folder, environment: locations.environment)
            Thread.sleep(forTimeInterval: .random(in: 0...seconds, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        return try Executable.json(
            Report.self, "clean-transactions", Array(arguments.dropLast()), in: folder,
            environment: locations.environment)
    }

    @Test(arguments: Location.allCases)
    func killedRunsAreMadeUpFor(location: Location) throws {
        var random = SeededGenerator(seed: 5)
        try run("simulate-transactions", ["--output", "all", "--transactions", "60000", "--days", "120"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("all"))
            .filter { $0.hasSuffix(".txt") }.sorted()
        try #require(names.count >= 4)
        var seconds = 0.0
        var report: Report?
        for name in names.shuffled(using: &random) {
            try run("copy-data", ["-q", "all/\(name)", uri(location, "raw/\(name)")])
            let start = Date()
            report = try clean(location, kills: seconds > 0 ? 4 : 0, within: seconds, &random)
            if seconds == 0 { seconds = Date().timeIntervalSince(start) }
        }
        let increment = try #require(report?.increment)
        #expect(increment.action != "created" && increment.fences.run == 1)
        let again = try clean(location, kills: 0, within: 0, &random).increment
        #expect(again.action == "unchanged" && again.totalRowsKept == increment.totalRowsKept)
        try compareWithOneRun(location, increment)
    }

    /// Compares what another program sees that lists the folders with one run over all files.
    private func compareWithOneRun(_ location: Location, _ increment: Report.Increment) throws {
        try run(
            "clean-transactions",
            ["--input", "all", "--output", "one.parquet", "--outliers", "fixed:0:\(increment.fences.upper)"])
        if location != .here {
            try run("copy-data", ["-q", uri(location, "clean/"), "clean/"])
            try run("copy-data", ["-q", uri(location, "rejects/"), "rejects/"])
        }
        let text = try Oracle.run(
            """
            import duckdb, json, sys
            q = lambda text: duckdb.sql(text).fetchall()
            many, one = "read_parquet('clean/*.parquet')", "read_parquet('one.parquet')"
            import os; os.chdir(sys.argv[1])
            counts = [q(f"select count(*) from {many}")[0][0], q(f"select count(*) from {one}")[0][0]]
            counts += [q(f"select count(*) from (from {a} except all from {b})")[0][0] for a, b in ((many, one), (one, many))]
            print(json.dumps([counts, dict(q("select rule, count(*) from read_parquet('rejects/*.parquet') group by 1"))]))
            """, [folder.path("")])
        let value = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any])
        let counts = try #require(value[0] as? [Int]), rejects = try #require(value[1] as? [String: Int])
        #expect(counts == [increment.totalRowsKept, increment.totalRowsKept, 0, 0])
        let dropped = increment.totalDropped.filter { $0.rows > 0 }
        #expect(rejects == Dictionary(uniqueKeysWithValues: dropped.map { ($0.rule, $0.rows) }))
    }

    /// Requests are lost, and responses to requests that were carried out.
    @Test(arguments: [Location.s3, .hdfs])
    func lostResponsesDoNoHarm(location: Location) throws {
        var environment = locations.environment
        let faults = RandomFaults(
            seed: 9, [(.loseResponse, 0.1), (.resetBeforeReading, 0.05), (.response(status: 503), 0.05)], longestRun: 20
        )
        var proxies: [FaultProxy] = []
        switch location {
        case .here: return
        case .s3:
            proxies = [try FaultProxy(TestServers.s3().authority) { faults.fault(for: $0) }]
            environment["AWS_ENDPOINT_URL"] = proxies[0].endpoint.absoluteString
        case .hdfs:
            let server = try TestServers.hdfs()
            let data = try FaultProxy(server.dataNodeHTTP) { faults.fault(for: $0) }
            proxies = [
                data,
                try FaultProxy(server.http, redirects: [server.dataNodeHTTP: data.authority]) { faults.fault(for: $0) },
            ]
            environment["ANTIFRAUD_WEBHDFS_ADDRESS"] = proxies[1].authority
        }
        try run("simulate-transactions", ["--output", "all", "--transactions", "8000", "--days", "120"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("all"))
            .filter { $0.hasSuffix(".txt") }.sorted()
        let arguments = [
            "--input", uri(location, "raw/"), "--output", uri(location, "clean/"), "--incremental", "--rejects",
            uri(location, "rejects/"), "--json",
        ]
        func clean() throws -> Report {
            var outcome = try Executable.run("clean-transactions", arguments, in: folder, environment: environment)
            for _ in 1..<10 where outcome.status == 1 {
                outcome = try Executable.run("clean-transactions", arguments, in: folder, environment: environment)
            }
            try #require(outcome.status == 0, "\(outcome.errors)")
            return try Executable.decode(Report.self, outcome.output)
        }
        var last: Report?
        for name in names {
            try run("copy-data", ["-q", "all/\(name)", uri(location, "raw/\(name)")])
            last = try clean()
        }
        #expect(proxies.reduce(0) { $0 + ($1.counters.faults[.loseResponse] ?? 0) } > 5)
        #expect(try clean().increment.action == "unchanged")
        try compareWithOneRun(location, #require(last).increment)
    }

    @Test func aSecondRunAtTheSameTimeIsRefused() throws {
        try run("simulate-transactions", ["--output", "raw", "--transactions", "2000", "--days", "30"])
        // As if this process were running a cleaning.
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let namespace = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        let status = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        let started = try #require(status.split(separator: ")").last).split(separator: " ")[19]
        let number = ProcessInfo.processInfo.processIdentifier
        try FileManager.default.createDirectory(
            atPath: folder.path("clean/_incremental"), withIntermediateDirectories: true)
        try Data(
            """
            {"process": {"host": "here", "process": \(number), "scope": "\(boot) \(namespace)", "started": "\(started)"},
             "renewed": 1700000000, "run": "abc", "since": 1700000000}
            """.utf8
        ).write(to: folder.url.appending(path: "clean/_incremental/lock-1.json"))
        let arguments = ["--input", "raw", "--output", "clean/", "--incremental"]
        let refused = try Executable.run("clean-transactions", arguments, in: folder)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("another run is at work: run abc of process \(number) on here"))
        try FileManager.default.removeItem(atPath: folder.path("clean/_incremental/lock-1.json"))
        #expect(try Executable.run("clean-transactions", arguments, in: folder).status == 0)
    }

    @Test func whatDoesNotFitIsSaidBeforeTheWork() throws {
        try run("simulate-transactions", ["--output", "raw", "--transactions", "2000", "--days", "30"])
        func status(_ arguments: String...) throws -> (Int32, String) {
            let outcome = try Executable.run("clean-transactions", ["--input", "raw"] + arguments, in: folder)
            return (outcome.status, outcome.errors)
        }
        for flag in ["--rebuild", "--refit-fences"] {
            let (code, errors) = try status("--output", "clean/", flag)
            #expect(code == 64 && errors.contains("\(flag) goes with --incremental"))
        }
        let file = try status("--output", "clean.parquet", "--incremental")
        #expect(file.0 == 1 && file.1.contains("end the output with '/'"))
        let rejects = try status("--output", "clean/", "--incremental", "--rejects", "no.parquet")
        #expect(rejects.0 == 1 && rejects.1.contains("end the location with '/'"))
        #expect(try status("--output", "raw/new.parquet", "--rejects", "raw").0 == 1)
        #expect(try status("--output", "clean/", "--incremental").0 == 0)
        let plan = try status("--output", "clean/", "--incremental", "--outliers", "none")
        #expect(plan.0 == 1 && plan.1.contains("--rebuild"))
        let plain = try status("--output", "clean/")
        #expect(plain.0 == 1 && plain.1.contains("--incremental"))
    }
}
