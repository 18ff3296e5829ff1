import CLibPQ
import Foundation
import Parallelism

/// One attempt to connect, on its own thread: name lookup blocks without a limit, and may have to be abandoned.
final class ConnectionAttempt: Sendable {
    private struct State {
        var outcome: Result<OpenConnection, PostgreSQLError>?
        var deadline: ContinuousClock.Instant?
        var isAbandoned = false
    }

    private let settings: SessionSettings
    private let wakeup: Wakeup
    private let state = Lock(State())

    private init(_ settings: SessionSettings, _ wakeup: Wakeup) {
        self.settings = settings
        self.wakeup = wakeup
        startThread(named: "pg-connect") { [self] in run() }
    }

    /// Opens a connection.
    /// - Throws: ``PostgreSQLError`` of the kinds `connectionFailed` and `timedOut`; `CancellationError`.
    static func open(_ settings: SessionSettings, wakeup: Wakeup, flag: CancellationFlag) throws
        -> PostgreSQLConnection
    {
        LibPQ.prepare()
        let handle = try ConnectionAttempt(settings, wakeup).wait(flag)
        let connection = PostgreSQLConnection(handle, settings: settings, wakeup: wakeup)
        connection.flag = flag
        let greeting = settings.greeting(serverVersion: connection.serverVersion)
        if !greeting.isEmpty { try connection.simple(greeting) }
        return connection
    }

    // MARK: The waiting thread

    private func wait(_ flag: CancellationFlag) throws -> OpaquePointer {
        var entries = [pollfd(fd: wakeup.readEnd, events: Int16(POLLIN), revents: 0)]
        while true {
            let (outcome, deadline) = state.withLock { ($0.outcome, $0.deadline) }
            if let outcome { return try outcome.get().handle }
            // A little longer than the connecting thread's own limit, since that thread knows more about the failure.
            let limit = deadline.map { $0 + .milliseconds(500) }
            let isLate = limit.map { $0 <= .now } ?? false
            if flag.isCancelled || isLate {
                // Either the outcome has arrived meanwhile, or the thread will see that nobody waits for it.
                let outcome = state.withLock { state in
                    state.isAbandoned = true
                    return state.outcome
                }
                if case .success(let connection) = outcome { PQfinish(connection.handle) }
                try flag.check()
                throw PostgreSQLError(
                    .timedOut, "no connection to \(settings.configuration) in time: the host's name is not resolved")
            }
            Poll.wait(&entries, until: limit)
            wakeup.drain()
        }
    }

    // MARK: The connecting thread

    private var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    private func run() {
        let outcome = Result { () throws(PostgreSQLError) in try connect() }
        let isAbandoned = state.withLock { state in
            state.outcome = outcome
            return state.isAbandoned
        }
        if isAbandoned, case .success(let connection) = outcome { PQfinish(connection.handle) }
        wakeup.signal()
    }

    /// Tries one host after another, each up to its timeout. libpq has such a timeout in its blocking calls only.
    private func connect() throws(PostgreSQLError) -> OpenConnection {
        let deadline = deadline
        state.withLock { $0.deadline = deadline }
        let first = try start(settings.connectionParameters)
        let hosts = hosts(first)
        guard hosts.count > 1 else { return try finish(first, until: deadline) }
        PQfinish(first)
        var failures: [PostgreSQLError] = []
        for host in hosts where !isAbandoned {
            do {
                let deadline = self.deadline
                state.withLock { $0.deadline = deadline }
                return try finish(try start(host), until: deadline)
            } catch {
                failures.append(error)
            }
        }
        var error = failures.last ?? PostgreSQLError(.connectionFailed, "the attempt to connect was given up")
        error.message = failures.map(\.message).joined(separator: "; ")
        throw error
    }

    /// The parameters for each host, as libpq finds them in the URI, the environment and the service file.
    private func hosts(_ handle: OpaquePointer) -> [[String: String]] {
        let parameters = settings.connectionParameters
        var found: [String: [String]] = [:], attributes = "any"
        if let options = PQconninfo(handle) {
            defer { PQconninfoFree(options) }
            var option = options
            while let keyword = option.pointee.keyword.map({ String(cString: $0) }) {
                let value = option.pointee.val.map { String(cString: $0) } ?? ""
                if ["host", "hostaddr", "port"].contains(keyword), !value.isEmpty {
                    found[keyword] = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                }
                if keyword == "target_session_attrs", !value.isEmpty { attributes = value }
                option += 1
            }
        }
        let count = max(found["host"]?.count ?? 1, found["hostaddr"]?.count ?? 1)
        guard count > 1 else { return [parameters] }
        let passes = attributes == "prefer-standby" ? ["standby", "any"] : [attributes]
        return passes.flatMap { pass in
            (0..<count).map { index in
                var single = parameters
                for (keyword, values) in found {
                    single[keyword] = values.count == 1 ? values[0] : index < values.count ? values[index] : ""
                }
                single["target_session_attrs"] = pass
                return single
            }
        }
    }

    private var deadline: ContinuousClock.Instant? { settings.configuration.connectTimeout.map { .now + $0 } }

    private func start(_ parameters: [String: String]) throws(PostgreSQLError) -> OpaquePointer {
        guard let handle = CStringArrays.withPointers(parameters, { PQconnectStartParams($0, $1, 0) }) else {
            throw PostgreSQLError(.connectionFailed, "no memory for a connection")
        }
        PQsetNoticeReceiver(handle, LibPQ.noticeReceiver, Unmanaged.passUnretained(settings).toOpaque())
        // So that the server's code for a refusal can be read from the message; there is no other way.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        return handle
    }

    /// Completes a connection that was started.
    private func finish(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant?) throws(PostgreSQLError)
        -> OpenConnection
    {
        var progress = PGRES_POLLING_WRITING
        while PQstatus(handle) != CONNECTION_BAD {
            switch progress {
            case PGRES_POLLING_OK:
                PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
                PQsetnonblocking(handle, 1)
                return OpenConnection(handle: handle)
            case PGRES_POLLING_FAILED:
                break
            default:
                let events = progress == PGRES_POLLING_READING ? POLLIN : POLLOUT
                guard try waitForSocket(handle, Int16(events), until: deadline) else { continue }
                progress = PQconnectPoll(handle)
                continue
            }
            break
        }
        defer { PQfinish(handle) }
        throw ConnectionFailure.error(String(cString: PQerrorMessage(handle)))
    }

    /// - Returns: whether the socket is ready.
    private func waitForSocket(_ handle: OpaquePointer, _ events: Int16, until deadline: ContinuousClock.Instant?)
        throws(PostgreSQLError) -> Bool
    {
        let now = ContinuousClock.now
        let isLate = deadline.map { $0 <= now } ?? false
        if isLate || isAbandoned {
            let host = PQhost(handle).map { String(cString: $0) } ?? "",
                port = PQport(handle).map { String(cString: $0) } ?? ""
            PQfinish(handle)
            throw PostgreSQLError(.timedOut, "no connection to \(host), port \(port), in time")
        }
        var entries = [pollfd(fd: PQsocket(handle), events: events, revents: 0)]
        // Checks now and then whether somebody still waits.
        let look = now + .milliseconds(100)
        Poll.wait(&entries, until: deadline.map { min($0, look) } ?? look)
        return entries[0].revents != 0
    }
}

/// `@unchecked Sendable`: passed from the connecting thread to the waiting one, which alone uses it from then on.
struct OpenConnection: @unchecked Sendable {
    let handle: OpaquePointer
}
