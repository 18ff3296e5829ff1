import Foundation
import TestSupport
import Testing

/// `copy-data` between this machine, S3 and HDFS; what it wrote is read by boto3 and curl.
@Suite(.needs(.s3, .hdfs, .python)) struct CopyDataTests {
    struct Report: Decodable {
        struct Object: Decodable { var location: String }
        var copied: [Object]
        var unchanged: Int
        var deleted: [Object]
    }

    let folder: TemporaryFolder
    let locations: RemoteLocations

    init() throws {
        folder = try TemporaryFolder()
        locations = try RemoteLocations()
    }

    /// Some raw files, one of them of several parts.
    private func makeRaw() throws -> [String: String] {
        let simulated = try Executable.run(
            "simulate-transactions", ["--output", "raw", "--transactions", "400000", "--days", "60"], in: folder)
        try #require(simulated.status == 0, "\(simulated.errors)")
        try Data().write(to: folder.url.appending(path: "raw/empty"))
        return try digests("raw")
    }

    private func digests(_ name: String) throws -> [String: String] {
        let text = try Oracle.run(
            """
            import hashlib, json, pathlib, sys
            root = pathlib.Path(sys.argv[1])
            print(json.dumps({str(p.relative_to(root)): hashlib.md5(p.read_bytes()).hexdigest()
                for p in root.rglob('*') if p.is_file()}))
            """, [folder.path(name)])
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    private func copy(_ arguments: String...) throws -> Report {
        try Executable.json(Report.self, "copy-data", arguments, in: folder, environment: locations.environment)
    }

    @Test func fromHereToS3ToHDFSAndBack() throws {
        let expected = try makeRaw()
        #expect(try copy("raw", locations.s3("raw/")).copied.count == expected.count)
        #expect(try locations.s3Digests("raw/") == expected)
        #expect(try copy(locations.s3("raw"), locations.hdfs("raw/")).copied.count == expected.count)
        #expect(try locations.hdfsDigests("raw/", expected.keys) == expected)
        #expect(try copy(locations.hdfs("raw"), "back/").copied.count == expected.count)
        #expect(try digests("back") == expected)
        #expect(
            try copy(locations.hdfs("raw"), locations.s3("again/"), "--verify", "read-back").copied.count
                == expected.count)
        #expect(try locations.s3Digests("again/") == expected)

        // All of it exists already, with each way of comparing.
        for (source, destination) in [
            ("raw", locations.s3("raw/")), (locations.s3("raw"), locations.hdfs("raw/")),
            (locations.hdfs("raw"), "back/"),
            (locations.s3("raw"), locations.s3("again/")),
        ] {
            let report = try copy(source, destination)
            #expect(report.copied.isEmpty && report.unchanged == expected.count, "\(source) to \(destination)")
        }

        // One file changes without changing its size, one is new, one has gone.
        let changed = try #require(expected.keys.filter { $0.hasSuffix(".txt") }.min())
        let file = try FileHandle(forUpdating: folder.url.appending(path: "raw/\(changed)"))
        try file.seek(toOffset: 20_000)
        try file.write(contentsOf: Data("#".utf8))
        try file.close()
        try Data("x".utf8).write(to: folder.url.appending(path: "raw/new"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "raw/empty"))
        let dry = try copy("raw", locations.s3("raw/"), "--delete", "--dry-run")
        #expect(dry.copied.count == 2 && dry.deleted.count == 1)
        #expect(try locations.s3Digests("raw/") == expected)
        let report = try copy("raw", locations.s3("raw/"), "--delete")
        #expect(report.copied.map(\.location) == [locations.s3("raw/\(changed)"), locations.s3("raw/new")])
        #expect(report.deleted.map(\.location) == [locations.s3("raw/empty")])
        #expect(try locations.s3Digests("raw/") == digests("raw"))
    }

    @Test func patternsAndSingleObjects() throws {
        let expected = try makeRaw()
        let texts = expected.filter { $0.key.hasSuffix(".txt") }
        #expect(try copy("raw/*.txt", locations.s3("texts/")).copied.count == texts.count)
        #expect(try locations.s3Digests("texts/") == texts)
        let name = try #require(texts.keys.min())
        _ = try copy(locations.s3("texts/\(name)"), locations.hdfs("one.txt"))
        #expect(try locations.hdfsDigests("", ["one.txt"])["one.txt"] == texts[name])
    }

    @Test func failuresNameWhatFailedAndNoSecret() throws {
        try Data("x".utf8).write(to: folder.url.appending(path: "x"))
        var environment = locations.environment
        environment["AWS_SECRET_ACCESS_KEY"] = "not-the-secret-key"
        for (arguments, environment, words) in [
            (["x", "s3://no-such-bucket-here/x"], locations.environment, ["no-such-bucket-here", "NoSuchBucket"]),
            (["x", locations.s3("x")], environment, [locations.bucket, "SignatureDoesNotMatch"]),
            (["nothing", locations.s3("x")], locations.environment, ["nothing"]),
            ([locations.s3("nothing/"), "y"], locations.environment, ["nothing"]),
        ] {
            let outcome = try Executable.run("copy-data", arguments, in: folder, environment: environment)
            #expect(outcome.status == 1)
            for word in words { #expect((outcome.errors + outcome.output).contains(word), "\(outcome.errors)") }
            for secret in [environment["AWS_SECRET_ACCESS_KEY"], locations.environment["AWS_SECRET_ACCESS_KEY"]] {
                #expect(!(outcome.errors + outcome.output).contains(secret ?? " "), "\(outcome.errors)")
            }
        }
    }

    struct Unfinished: Decodable {
        struct Object: Decodable { var location: String }
        var objects: [Object]
    }

    /// Connections are still being closed when a program ends; OpenSSL must not be unloaded by then.
    @Test func programsAlwaysExitCleanly() throws {
        for number in 0..<6 { try Data("\(number)".utf8).write(to: folder.url.appending(path: "few-\(number)")) }
        let binary = BuiltPrograms.url("copy-data").path(percentEncoded: false)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c",
            "for i in $(seq 150); do '\(binary)' -q --compare never '\(folder.path("few-*"))' \(locations.s3("few/")) "
                + ">/dev/null || exit 1; done",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(locations.environment) { $1 }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// The environment in which programs reach S3 through a proxy that lets nothing through from the fourth part on.
    private func stallingUploads() throws -> (proxy: FaultProxy, environment: [String: String]) {
        let proxy = try FaultProxy(TestServers.s3().authority) { request in
            let number = request.target.firstMatch(of: #/partNumber=(\d+)/#).flatMap { Int($0.1) }
            return request.method == "PUT" && (number ?? 0) > 3 ? .stall(.seconds(600)) : nil
        }
        return (proxy, locations.environment.merging(["AWS_ENDPOINT_URL": proxy.endpoint.absoluteString]) { $1 })
    }

    private func waitForStall(_ proxy: FaultProxy, _ process: Process) async throws {
        while process.isRunning, proxy.counters.faults[.stall, default: 0] == 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        try #require(process.isRunning)
    }

    private func unfinished(_ location: String) throws -> [String] {
        try Executable.json(
            Unfinished.self, "unfinished-objects", [location], in: folder, environment: locations.environment
        ).objects.map(\.location)
    }

    private func makeLarge() throws {
        try Oracle.execute("/bin/sh", ["-c", "head -c 1000000000 /dev/urandom > '\(folder.path("large"))'"])
    }

    /// A killed upload of a gigabyte leaves no object, only parts that can be listed and removed; the next run succeeds.
    @Test func aKilledUploadLeavesNoObject() async throws {
        try makeLarge()
        let (proxy, environment) = try stallingUploads()
        let process = try Executable.start(
            "copy-data", ["large", locations.s3("large")], in: folder, environment: environment)
        try await waitForStall(proxy, process)
        kill(process.processIdentifier, SIGKILL)
        #expect(try Executable.end(process, in: folder).status == SIGKILL)
        #expect(try locations.s3Digests("large") == [:])
        #expect(try unfinished(locations.s3("")) == [locations.s3("large")])
        let removal = try Executable.run(
            "unfinished-objects", [locations.s3(""), "--remove"], in: folder, environment: locations.environment)
        #expect(removal.status == 0 && removal.output.contains("removed 1 unfinished object"), "\(removal.output)")
        #expect(try unfinished(locations.s3("")) == [])
        #expect(try copy("large", locations.s3("large")).copied.count == 1)
        #expect(try copy("large", locations.s3("large")).unchanged == 1)
    }

    @Test func anInterruptedUploadToS3LeavesNothing() async throws {
        try makeLarge()
        let (proxy, environment) = try stallingUploads()
        let process = try Executable.start(
            "copy-data", ["large", locations.s3("large")], in: folder, environment: environment)
        try await waitForStall(proxy, process)
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 130 && outcome.errors == "interrupted\n", "\(outcome.errors)")
        #expect(try locations.s3Digests("large") == [:])
        #expect(try unfinished(locations.s3("")) == [])
    }

    @Test func anInterruptedUploadToHDFSLeavesNothing() async throws {
        try makeLarge()
        let server = try TestServers.hdfs()
        let data = try FaultProxy(server.dataNodeHTTP) { request in
            request.method == "PUT" && request.target.contains(#/\/[2-9]-\d+\?/#) ? .stall(.seconds(600)) : nil
        }
        let name = try FaultProxy(server.http, redirects: [server.dataNodeHTTP: data.authority])
        let process = try Executable.start(
            "copy-data", ["large", locations.hdfs("large")], in: folder,
            environment: locations.environment.merging(["ANTIFRAUD_WEBHDFS_ADDRESS": name.authority]) { $1 })
        try await waitForStall(data, process)
        process.interrupt()
        let outcome = try Executable.end(process, in: folder)
        #expect(outcome.status == 130 && outcome.errors == "interrupted\n", "\(outcome.errors)")
        #expect(try unfinished(locations.hdfs("")) == [])
    }
}
