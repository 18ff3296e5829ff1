import Foundation
package import Testing

/// What a test needs beside this package and the system: a server of the test run, another program, a right of the process.
///
/// A test names its needs with ``Testing/Trait/needs(_:)``, and is left out where one is missing. With `ANTIFRAUD_REQUIRE_ALL=1`,
/// which `scripts/test` sets, nothing is left out: the test runs, and fails on what is missing.
package enum Need: Sendable, Hashable, CustomStringConvertible {
    /// The S3 server; the variables of `scripts/servers/seaweedfs`. Tests may also start one of their own.
    case s3
    /// The HDFS; the variables of `scripts/servers/hdfs`. Tests may also start one of their own.
    case hdfs
    /// The PostgreSQL server; the variables of `scripts/servers/postgresql`. Tests may also start one of their own.
    case postgresql
    /// The MLflow server; the variables of `scripts/servers/mlflow`. Tests may also start one of their own.
    case mlflow
    /// Python with the packages of `scripts/requirements-test.txt`: ``Oracle/python``.
    case python
    /// Python with MLflow: ``Oracle/mlflowPython``.
    case mlflowPython
    /// A program of that name in `PATH`.
    case program(String)
    /// The right to mount file systems.
    case mounting
    /// The right to make nodes of devices.
    case makingDevices

    /// Whether a missing need fails its tests.
    package static let areAllRequired = ProcessInfo.processInfo.environment["ANTIFRAUD_REQUIRE_ALL"] == "1"

    /// Whether a test with this need runs: the need is met, or all are required.
    package var isMetOrRequired: Bool { Self.areAllRequired || isMet }

    /// Leaves the running test out, or the one case of its arguments, unless the need is met or all are required.
    ///
    /// For tests of which only some arguments have the need; others have it as a trait.
    package func orLeaveOut(sourceLocation: SourceLocation = #_sourceLocation) throws {
        if !isMetOrRequired { try Test.cancel("\(Self.advice(self))", sourceLocation: sourceLocation) }
    }

    package var description: String {
        switch self {
        case .s3: "the S3 server"
        case .hdfs: "the HDFS"
        case .postgresql: "the PostgreSQL server"
        case .mlflow: "the MLflow server"
        case .python: "the tests' Python"
        case .mlflowPython: "the Python with MLflow"
        case .program(let name): name
        case .mounting: "the right to mount file systems"
        case .makingDevices: "the right to make devices"
        }
    }

    fileprivate static func advice(_ need: Need) -> String { "needs \(need), which scripts/test provides" }

    private var isMet: Bool {
        switch self {
        case .s3: (try? TestServers.s3()) != nil
        case .hdfs: (try? TestServers.hdfs()) != nil
        case .postgresql: (try? TestServers.postgresql()) != nil
        case .mlflow: (try? TestServers.mlflow()) != nil
        case .python: FileManager.default.isExecutableFile(atPath: Oracle.python)
        case .mlflowPython: FileManager.default.isExecutableFile(atPath: Oracle.mlflowPython)
        case .program(let name): Self.isInPath(name)
        case .mounting: Self.hasCapability(21)  // CAP_SYS_ADMIN
        case .makingDevices: Self.hasCapability(27)  // CAP_MKNOD
        }
    }

    private static func isInPath(_ program: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Whether the process has one of Linux' rights of root, which containers withhold one by one.
    private static func hasCapability(_ number: UInt64) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return geteuid() == 0
        }
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let effective = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        return effective >> number & 1 == 1
    }
}

extension Trait where Self == ConditionTrait {
    /// Leaves a test, or a suite, out where one of these is missing; see ``Need``.
    package static func needs(
        _ needs: Need..., sourceLocation: SourceLocation = #_sourceLocation
    ) -> ConditionTrait {
        let missing = needs.first { !$0.isMetOrRequired }
        return .enabled(
            if: missing == nil, missing.map { Comment(rawValue: Need.advice($0)) }, sourceLocation: sourceLocation)
    }
}
