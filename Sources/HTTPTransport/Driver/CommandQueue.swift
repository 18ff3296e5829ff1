import CCurl
import Parallelism

/// Commands from tasks to the driver's thread, which starts with the first request.
final class CommandQueue: Sendable {
    enum Command {
        case start(Exchange)
        /// The exchange has ended, whatever the state of its transfer.
        case stop(Exchange)
        /// A paused direction may continue.
        case resume(Exchange)
    }

    private enum Phase {
        case unused
        /// `multi` is nil until the thread has started.
        case open(multi: OpaqueMulti?)
        case closing(multi: OpaqueMulti?)
        case closed
    }

    private struct State {
        var phase = Phase.unused
        var commands: [Command] = []
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: TransportClientConfiguration
    private let state = Lock(State())

    init(configuration: TransportClientConfiguration) { self.configuration = configuration }

    /// Adds a command; a start is refused when the queue is closed.
    func post(_ command: Command) {
        enum Consequence { case nothing, startThread, refuse }
        let consequence: Consequence = state.withLock { state in
            switch state.phase {
            case .unused:
                guard case .start = command else { return .nothing }
                state.phase = .open(multi: nil)
                state.commands.append(command)
                return .startThread
            case .open(let multi):
                state.commands.append(command)
                // Woken under the lock: the handle cannot go away meanwhile.
                if state.commands.count == 1 { multi?.wakeUp() }
                return .nothing
            case .closing, .closed: return .refuse
            }
        }
        switch consequence {
        case .nothing: break
        case .startThread: startDriver()
        case .refuse: if case .start(let exchange) = command { exchange.finish(.failure(Self.shutDown(exchange))) }
        }
    }

    /// Makes the thread end; exchanges in progress fail.
    func close() {
        state.withLock { state in
            switch state.phase {
            case .unused: state.phase = .closed
            case .open(let multi):
                state.phase = .closing(multi: multi)
                multi?.wakeUp()
            case .closing, .closed: break
            }
        }
    }

    /// Waits until the thread has ended.
    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if case .closed = state.phase { return true }
                state.closeWaiters.append(continuation)
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    static func shutDown(_ exchange: Exchange) -> HTTPTransportError {
        HTTPTransportError(
            .shutDown, method: exchange.request.method, url: exchange.request.url, message: "the client is shut down")
    }

    // MARK: The thread

    private func startDriver() {
        startThread(named: "http") { [self] in TransferDriver(configuration: configuration, commandQueue: self).run() }
    }

    /// From now on posts wake the thread.
    func open(_ multi: OpaqueMulti) {
        state.withLock { state in
            switch state.phase {
            case .open: state.phase = .open(multi: multi)
            case .closing: state.phase = .closing(multi: multi)
            case .unused, .closed: break
            }
        }
    }

    /// The commands added since the last call, and whether the thread is to end.
    func take() -> (commands: [Command], isClosing: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            if case .closing = state.phase { return (state.commands, true) }
            return (state.commands, false)
        }
    }

    /// From now on only the thread, which is about to end, touches the multi handle.
    func forgetMulti() {
        state.withLock { $0.phase = .closing(multi: nil) }
    }

    /// The thread has nothing more to do.
    func announceEnd() {
        let waiters = state.withLock { state in
            state.phase = .closed
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// `@unchecked Sendable`: a multi handle is used by the driver's thread alone, except for `curl_multi_wakeup`, which may be called
/// from anywhere while the handle exists (curl_multi_wakeup(3)).
struct OpaqueMulti: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    func wakeUp() { _ = curl_multi_wakeup(handle) }
}
