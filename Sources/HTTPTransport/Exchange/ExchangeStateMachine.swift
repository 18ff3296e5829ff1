/// The states of one exchange and their transitions. A plain value: the caller holds the lock, and carries out the
/// actions after releasing it.
///
/// Three parties meet here: the calling task, the thread that drives connections, and the task that produces the
/// request's body. Each may call at any time; calls after the end are ignored.
package struct ExchangeStateMachine {
    /// What the caller has to do, in order.
    package enum Action {
        /// Hand the exchange to the driver.
        case start
        /// Tell the driver to drop the exchange.
        case stop
        /// Tell the driver to continue a direction that was paused.
        case resumeReceiving, resumeSending
        /// Resume the calling task with its response.
        case response(TransportResponse)
        case failResponse(any Error)
        /// Resume the waiting reader with a chunk or the end.
        case deliver([UInt8]?)
        case failReader(any Error)
        /// Resume the waiting task that produces the request's body: it continues or ends.
        case resumeSource(proceeds: Bool)
        /// Cancel that task.
        case cancelSource
    }

    package enum Reading {
        case chunk([UInt8], resumes: Bool)
        case wait
        case end
        case failure(any Error)
    }

    package enum Phase: Equatable {
        /// Not handed to the driver.
        case created
        /// Waits for the driver.
        case queued
        /// Has a transfer.
        case running
        /// Nothing more comes from the driver or goes to it.
        case ended
    }

    package private(set) var phase = Phase.created
    private let isStreamed: Bool
    private var hasResponse = false
    private var head: TransportResponseHead?
    private var incoming: IncomingBody
    private var outgoing: OutgoingBody
    private var isReaderWaiting = false
    private var isSourceWaiting = false
    private var failure: (any Error)?

    /// - Parameters:
    ///   - isStreamed: whether the response is due with its head, or when it is whole.
    ///   - outgoing: the request's body if a task produces it, else never asked.
    ///   - receiveLimit: bytes of a streamed response to hold before the connection is paused.
    package init(isStreamed: Bool, outgoing: OutgoingBody = OutgoingBody(length: nil), receiveLimit: Int) {
        self.isStreamed = isStreamed
        self.outgoing = outgoing
        incoming = IncomingBody(limit: receiveLimit)
    }

    package var isReceivingPaused: Bool { incoming.isPaused }
    package var isSendingPaused: Bool { outgoing.isPaused }

    // MARK: The calling task

    /// The calling task waits for its response.
    package mutating func submit() -> [Action] {
        guard phase == .created else {
            hasResponse = true
            return [.failResponse(failure ?? CancellationError())]
        }
        phase = .queued
        return [.start]
    }

    /// The exchange is to end now, whatever its state.
    package mutating func fail(_ error: any Error) -> [Action] {
        guard phase != .ended else { return [] }
        let isWithDriver = phase != .created
        var actions = end(.failure(error), mayRespond: isWithDriver)
        if isWithDriver { actions.append(.stop) }
        return actions
    }

    /// The reading task wants the bytes that are there.
    package mutating func read() -> Reading {
        if !incoming.isEmpty {
            let (chunk, resumes) = incoming.take()
            return .chunk(chunk, resumes: resumes && phase == .running)
        }
        if phase != .ended {
            isReaderWaiting = true
            return .wait
        }
        return failure.map(Reading.failure) ?? .end
    }

    // MARK: The driver

    /// The driver starts the exchange.
    /// - Returns: false if it has ended before.
    package mutating func begin() -> Bool {
        guard phase == .queued else { return false }
        phase = .running
        return true
    }

    /// The head of the response is there.
    package mutating func receive(_ head: TransportResponseHead) -> [Action] {
        guard phase == .running, self.head == nil else { return [] }
        self.head = head
        var actions: [Action] = []
        // A server that responds like this does not want the rest, and is not sent it.
        if head.status >= 300 { actions += abandonOutgoing() }
        if isStreamed {
            hasResponse = true
            actions.append(.response(TransportResponse(status: head.status, headers: head.headers)))
        }
        return actions
    }

    /// A part of a streamed body is there.
    /// - Returns: Whether it was taken. If not, it has to come again after ``Action/resumeReceiving``.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) -> (isTaken: Bool, actions: [Action]) {
        guard phase == .running, incoming.append(bytes) else { return (phase != .running, []) }
        guard isReaderWaiting, !incoming.isEmpty else { return (true, []) }
        isReaderWaiting = false
        return (true, [.deliver(incoming.take().chunk)])
    }

    /// The connection asks for bytes of the request's body.
    package mutating func send(into target: UnsafeMutableRawBufferPointer) -> (
        supply: OutgoingBody.Supply, actions: [Action]
    ) {
        guard phase == .running else { return (.end, []) }
        return (outgoing.take(into: target), wakeSource())
    }

    /// The transfer has ended.
    /// - Parameter outcome: the body if it was not streamed.
    package mutating func finish(_ outcome: Result<[UInt8], any Error>) -> [Action] {
        guard phase == .running || phase == .queued else { return [] }
        return end(outcome, mayRespond: true)
    }

    // MARK: The task that produces the request's body

    /// That task asks whether it may produce the next chunk. If it has to wait, ``Action/resumeSource(proceeds:)``
    /// follows.
    package mutating func askToProduce() -> OutgoingBody.Permission {
        guard phase != .ended else { return .stop }
        isSourceWaiting = outgoing.permission == .wait
        return outgoing.permission
    }

    /// That task has produced a chunk.
    package mutating func supply(_ chunk: [UInt8]) -> [Action] {
        guard phase != .ended else { return [] }
        do throws(OutgoingBody.LengthFailure) {
            return try outgoing.supply(chunk) ? [.resumeSending] : []
        } catch {
            return fail(error)
        }
    }

    /// That task has produced the whole body.
    package mutating func completeBody() -> [Action] {
        guard phase != .ended else { return [] }
        do throws(OutgoingBody.LengthFailure) {
            return try outgoing.complete() ? [.resumeSending] : []
        } catch {
            return fail(error)
        }
    }

    /// That task has failed. Of no interest once the server has refused the request.
    package mutating func failBody(_ error: any Error) -> [Action] {
        outgoing.isAbandoned ? [] : fail(error)
    }

    // MARK: Actions

    private mutating func wakeSource() -> [Action] {
        guard isSourceWaiting, outgoing.permission != .wait else { return [] }
        isSourceWaiting = false
        return [.resumeSource(proceeds: outgoing.permission == .proceed)]
    }

    private mutating func abandonOutgoing() -> [Action] {
        guard outgoing.permission != .stop else { return [] }
        let resumes = outgoing.abandon()
        return wakeSource() + [.cancelSource] + (resumes ? [.resumeSending] : [])
    }

    private mutating func end(_ outcome: Result<[UInt8], any Error>, mayRespond: Bool) -> [Action] {
        phase = .ended
        var actions = abandonOutgoing().filter { if case .resumeSending = $0 { false } else { true } }
        if case .failure(let error) = outcome { failure = error }
        if mayRespond, !hasResponse {
            hasResponse = true
            actions.append(response(outcome))
        } else if isReaderWaiting {
            isReaderWaiting = false
            actions.append(failure.map(Action.failReader) ?? .deliver(nil))
        }
        return actions
    }

    private func response(_ outcome: Result<[UInt8], any Error>) -> Action {
        switch outcome {
        case .failure(let error): .failResponse(error)
        case .success(let body):
            head.map { .response(TransportResponse(status: $0.status, headers: $0.headers, body: body)) }
                ?? .failResponse(NoResponse())
        }
    }

    /// The transfer ended well without a head: the driver does not let that happen.
    package struct NoResponse: Error {}
}
