package import Foundation
import Synchronization

/// An HTTP/1.1 proxy on 127.0.0.1 between a client and one server, which passes on requests and responses unchanged or
/// with faults. Used instead of the server's address; ended with the last reference.
///
/// The `Host` field stays as the client sent it, since signatures cover it. Each request has its own connection to the
/// server. A server that cannot be reached shows as a reset connection.
///
///     let server = try TestServers.s3()
///     let proxy = try FaultProxy(server.authority) { $0.method == "PUT" && $0.count == 1 ? .loseResponse : nil }
///     // proxy.endpoint is the client's endpoint
///
/// HDFS sends its clients from the name node to the data node: a proxy for each.
///
///     let data = try FaultProxy(server.dataNodeHTTP)
///     let name = try FaultProxy(server.http, redirects: [server.dataNodeHTTP: data.authority])
package final class FaultProxy: Sendable {
    /// What passed through a proxy.
    package struct Counters: Sendable {
        /// Requests whose head was read.
        package var requests = 0
        /// Faults injected, by kind.
        package var faults: [Fault.Kind: Int] = [:]
        /// Heads, bodies and chunk sizes, on the client's side.
        package var bytesFromClient = 0, bytesToClient = 0
        /// Connections of clients.
        package var connections = 0
        /// Requests that could not be sent to the server or got no response.
        package var serverFailures = 0
    }

    private let registry = SocketRegistry()
    private let record: ProxyRecord
    private let listener: Int32
    private let port: UInt16

    /// - Parameters:
    ///   - server: `127.0.0.1:PORT`.
    ///   - redirects: authorities in the `Location` fields of responses, and their replacements.
    ///   - faults: decides on each request's fault.
    package init(
        _ server: String, redirects: [String: String] = [:], faults: @escaping FaultChoice = { _ in nil }
    ) throws {
        guard let colon = server.lastIndex(of: ":"), let port = UInt16(server[server.index(after: colon)...]),
            ["127.0.0.1", "localhost"].contains(server[..<colon])
        else { throw Oracle.Failure(description: "the server of a fault proxy is 127.0.0.1:PORT, not \(server)") }
        record = ProxyRecord(faults)
        (listener, self.port) = try Loopback.listen()
        let (registry, record, listener) = (registry, record, listener)
        registry.startThread {
            while !registry.isStopped {
                var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                guard poll(&entry, 1, 50) > 0 else { continue }
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { continue }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                record.countConnection()
                registry.startThread {
                    guard let client = try? ProxySocket(descriptor: descriptor, registry: registry) else { return }
                    ProxyConnection(
                        client: client, server: port, redirects: redirects, registry: registry, record: record
                    ).run()
                }
            }
            _ = close(listener)
        }
    }

    /// `127.0.0.1:PORT`
    package var authority: String { "127.0.0.1:\(port)" }

    /// `http://127.0.0.1:PORT`
    package var endpoint: URL {
        var components = URLComponents()
        (components.scheme, components.host, components.port) = ("http", "127.0.0.1", Int(port))
        return components.url ?? URL(filePath: "/")
    }

    /// From the next request on.
    package func setFaults(_ faults: @escaping FaultChoice) { record.setFaults(faults) }

    package var counters: Counters { record.counters }

    /// All requests so far, in the order in which their heads came.
    package var requests: [ProxiedRequest] { record.requests }

    /// Forgets counters and requests; counts of requests begin at 1 again.
    package func resetCounters() { record.reset() }

    /// Cuts all connections and waits for the end of all threads.
    package func stop() { registry.stop() }

    deinit { stop() }
}
