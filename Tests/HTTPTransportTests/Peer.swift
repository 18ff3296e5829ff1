import Foundation
import HTTPTransport
import Synchronization
import TestSupport

/// A test's own server process; it ends with the last reference, or with the tests' process.
///
/// `@unchecked Sendable`: nothing is written after the initializer.
final class Peer: @unchecked Sendable {
    /// For tests that do not count anything.
    static let shared = Result { try Peer() }

    let port: Int
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ arguments: [String] = ["http"]) throws {
        process.executableURL = URL(filePath: Oracle.python)
        process.arguments = ["-c", peerProgram] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard let line = Peer.line(output), let port = Int(line) else {
            throw Oracle.Failure(description: "no port from the peer")
        }
        self.port = port
    }

    deinit {
        // Closing its input would not do: a process started meanwhile may have inherited it. SIGTERM may be blocked, as it is on
        // the threads that start processes.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func line(_ pipe: Pipe) -> String? {
        var bytes: [UInt8] = []
        while let byte = try? pipe.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { bytes.append(byte) }
        return String(bytes: bytes, encoding: .utf8)
    }

    func url(_ path: String, scheme: String = "http", host: String = "127.0.0.1") -> String {
        "\(scheme)://\(host):\(port)/\(path)"
    }

    func get(_ path: String) -> TransportRequest { TransportRequest(method: "GET", url: url(path)) }

    /// Heads of the requests that a proxy has seen.
    func seenHeads() throws -> [String] {
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        return try JSONDecoder().decode([String].self, from: Data((Peer.line(output) ?? "").utf8))
    }

    struct Counts: Decodable {
        var connections: Int
        var open: Int
    }

    /// Connections that the server has seen, that of this request among them.
    func counts() async throws -> Counts {
        let client = try TransportClient()
        let response = try await client.send(get("stats"), maximumBodyBytes: 1_000)
        await client.shutDown()
        return try JSONDecoder().decode(Counts.self, from: Data(response.body))
    }

    /// How far the server has come with a long body.
    func mark(_ name: String) async throws -> Int {
        let client = try TransportClient()
        let response = try await client.send(get("mark/\(name)"), maximumBodyBytes: 1_000)
        await client.shutDown()
        return Int(String(decoding: response.body, as: UTF8.self)) ?? 0
    }
}

/// What the peer's long bodies consist of.
func pattern(_ count: Int) -> [UInt8] {
    var bytes = Array(UInt8(0)..<251)
    while bytes.count < count { bytes += bytes }
    return Array(bytes[..<count])
}

/// Waits for something that another process or thread does.
func eventually(within limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}
