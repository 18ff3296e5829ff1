import Parallelism

/// One request and its response, shared by the calling task, the driver's thread, and the task that produces the body.
final class Exchange: Sendable {
    private struct State {
        var machine: ExchangeStateMachine
        var asker: CheckedContinuation<TransportResponse, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var source: CheckedContinuation<Bool, Never>?
        var sourceTask: Task<Void, Never>?
    }

    /// Bytes of a streamed response that are held for its reader before the connection is paused.
    private static let receiveLimit = 1 << 19

    let request: TransportRequest
    /// Longer bodies fail; nil for a streamed response.
    let maximumBodyBytes: Int?
    let start = ContinuousClock.now
    private let commandQueue: CommandQueue
    private let state: Lock<State>

    init(_ request: TransportRequest, maximumBodyBytes: Int?, commandQueue: CommandQueue) {
        self.request = request
        self.maximumBodyBytes = maximumBodyBytes
        self.commandQueue = commandQueue
        var machine = ExchangeStateMachine(isStreamed: maximumBodyBytes == nil, receiveLimit: Self.receiveLimit)
        if case .stream(let length, _) = request.body {
            machine = ExchangeStateMachine(
                isStreamed: maximumBodyBytes == nil, outgoing: OutgoingBody(length: length),
                receiveLimit: Self.receiveLimit)
        }
        state = Lock(State(machine: machine))
    }

    // MARK: The calling task

    /// Sends the request. The response is whole, or has an empty body if it is streamed.
    func response() async throws -> TransportResponse {
        if case .stream(_, let next) = request.body { startSource(next) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                change { state in
                    state.asker = continuation
                    return state.machine.submit()
                }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// The next part of a streamed body, nil after the last.
    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let reading = state.withLock { state in
                    let reading = state.machine.read()
                    if case .wait = reading { state.reader = continuation }
                    return reading
                }
                switch reading {
                case .wait: break
                case .end: continuation.resume(returning: nil)
                case .failure(let error): continuation.resume(throwing: presentable(error))
                case .chunk(let chunk, let resumes):
                    continuation.resume(returning: chunk)
                    if resumes { commandQueue.post(.resume(self)) }
                }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// Ends the exchange, whatever its state.
    func fail(_ error: any Error) { change { $0.machine.fail(error) } }

    // MARK: The driver

    /// Whether the driver should start a transfer for it.
    func begin() -> Bool { state.withLock { $0.machine.begin() } }

    func receive(_ head: TransportResponseHead) { change { $0.machine.receive(head) } }

    /// Takes a part of a streamed body; false when it has to come again later.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var isTaken = false
        change { state in
            let reception = state.machine.receive(bytes)
            isTaken = reception.isTaken
            return reception.actions
        }
        return isTaken
    }

    /// Gives bytes of a streamed request body.
    func send(into target: UnsafeMutableRawBufferPointer) -> OutgoingBody.Supply {
        var supply = OutgoingBody.Supply.end
        change { state in
            let sending = state.machine.send(into: target)
            supply = sending.supply
            return sending.actions
        }
        return supply
    }

    func finish(_ outcome: Result<[UInt8], any Error>) { change { $0.machine.finish(outcome) } }

    /// Which directions wait for a task of ours rather than for the server.
    var paused: (receiving: Bool, sending: Bool) {
        state.withLock { ($0.machine.isReceivingPaused, $0.machine.isSendingPaused) }
    }

    // MARK: The task that produces the request's body

    /// It inherits only the calling task's priority and task-local values: it ends with the exchange.
    private func startSource(_ next: @escaping @Sendable () async throws -> [UInt8]?) {
        let task = Task {
            do {
                while await mayProduce() {
                    guard let chunk = try await next() else { return change { $0.machine.completeBody() } }
                    change { $0.machine.supply(chunk) }
                }
            } catch {
                change { $0.machine.failBody(error) }
            }
        }
        let hasEnded = state.withLock { state in
            state.sourceTask = task
            return state.machine.phase == .ended
        }
        if hasEnded { task.cancel() }
    }

    private func mayProduce() async -> Bool {
        await withCheckedContinuation { continuation in
            let permission = state.withLock { state in
                let permission = state.machine.askToProduce()
                if permission == .wait { state.source = continuation }
                return permission
            }
            if permission != .wait { continuation.resume(returning: permission == .proceed) }
        }
    }

    // MARK: Actions

    /// Continuations taken out of the state together with the actions that need them.
    private func change(_ event: (inout State) -> [ExchangeStateMachine.Action]) {
        let steps = state.withLock { state in event(&state).map { step(for: $0, &state) } }
        for step in steps { step() }
    }

    private func step(for action: ExchangeStateMachine.Action, _ state: inout State) -> () -> Void {
        switch action {
        case .start: return { [self] in commandQueue.post(.start(self)) }
        case .stop: return { [self] in commandQueue.post(.stop(self)) }
        case .resumeReceiving, .resumeSending: return { [self] in commandQueue.post(.resume(self)) }
        case .response(let response):
            let asker = state.asker.take()
            return { asker?.resume(returning: response) }
        case .failResponse(let error):
            let asker = state.asker.take()
            return { [self] in asker?.resume(throwing: presentable(error)) }
        case .deliver(let chunk):
            let reader = state.reader.take()
            return { reader?.resume(returning: chunk) }
        case .failReader(let error):
            let reader = state.reader.take()
            return { [self] in reader?.resume(throwing: presentable(error)) }
        case .resumeSource(let proceeds):
            let source = state.source.take()
            return { source?.resume(returning: proceeds) }
        case .cancelSource:
            let task = state.sourceTask.take()
            return { task?.cancel() }
        }
    }

    private func presentable(_ error: any Error) -> any Error {
        switch error {
        case let failure as OutgoingBody.LengthFailure:
            HTTPTransportError(
                .wrongBodyLength, method: request.method, url: request.url,
                message: "a body of \(failure.announced) bytes was announced, \(failure.received) came")
        case is ExchangeStateMachine.NoResponse:
            HTTPTransportError(
                .protocolViolation, method: request.method, url: request.url, message: "no HTTP response came")
        default: error
        }
    }
}
