import NIOCore
import NIOHTTP1

/// Applies HTTP's rules on persistent connections, and the limits, to one connection.
///
/// Follows the decoder directly, where a request's version is still known:
/// - a response to HEAD has no body, and `Expect: 100-continue` gets a response;
/// - a connection ends after a response with `Connection: close`, when the client asks for that, or by the rules of
///   HTTP/1.0;
/// - heads, bodies and idle time have a limit each;
/// - while shutting down, every response says `Connection: close`, and idle connections end.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the connection is waiting for.
    private enum Phase {
        case idle(since: NIODeadline)
        case head(since: NIODeadline, hasBytes: Bool)
        case body(since: NIODeadline)
        /// The server's own work.
        case response
        /// The client's end, after ours.
        case end(since: NIODeadline)
    }

    /// A request that has no response yet.
    private struct OpenRequest {
        var isHead: Bool
        var keepsAlive: Bool
        /// Whether the response must say `keep-alive`, as in HTTP/1.0.
        var saysKeepAlive: Bool
        var awaitsContinue: Bool
    }

    private let limits: ConnectionLimits
    private let registry: ConnectionRegistry
    private var phase = Phase.head(since: .now(), hasBytes: false)
    /// In order of arrival.
    private var requests: [OpenRequest] = []
    private var isDroppingBody = false
    private var closesAfterResponse = false
    private var drainingSince: NIODeadline?
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?

    init(limits: ConnectionLimits, registry: ConnectionRegistry) {
        self.limits = limits
        self.registry = registry
    }

    // MARK: The connection

    func channelActive(context: ChannelHandlerContext) {
        phase = .head(since: .now(), hasBytes: false)
        registry.insert(context.channel)?.close(promise: nil)
        updateTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        registry.remove(context.channel)
        timer?.task.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            // Not passed on: other handlers would close idle connections at once, although requests may be arriving.
            drainingSince = .now()
            updateTimer(context)
        case ChannelEvent.inputClosed where isEnding:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private var isEnding: Bool { if case .end = phase { true } else { false } }

    /// Sends what is written, then ends the output.
    private func end(_ context: ChannelHandlerContext) {
        phase = .end(since: .now())
        context.flush()
        context.close(mode: .output, promise: nil)
        updateTimer(context)
    }

    // MARK: Requests

    /// Called for bytes of any kind, before they are decoded.
    func bytesArrived() {
        switch phase {
        case .idle: phase = .head(since: .now(), hasBytes: true)
        case .head(let since, false): phase = .head(since: since, hasBytes: true)
        default: break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            phase = .body(since: .now())
            requests.append(openRequest(head))
            if requests.count == 1 { sendContinue(context) }
        case .body:
            break
        case .end:
            phase = .response
            if requests.isEmpty {
                // The response was sent before the whole request had arrived.
                phase = .idle(since: .now())
            } else {
                registry.beginResponse(context.channel)
            }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        updateTimer(context)
        // Nothing else reads after we have ended our side; the client's end must be seen.
        if isEnding { context.read() }
        context.fireChannelReadComplete()
    }

    private func openRequest(_ head: HTTPRequestHead) -> OpenRequest {
        let isOld = head.version.major < 1 || head.version == .http1_0
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        return OpenRequest(
            isHead: head.method == .HEAD, keepsAlive: head.isKeepAlive, saysKeepAlive: isOld,
            awaitsContinue: !isOld && length <= limits.maximumBodySize
                && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" })
    }

    /// Tells the client to send the body of the next request.
    private func sendContinue(_ context: ChannelHandlerContext) {
        guard requests.first?.awaitsContinue == true else { return }
        requests[0].awaitsContinue = false
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isEnding else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200:
            context.write(wrapOutboundOut(.head(finalHead(head))), promise: promise)
        case .body where isDroppingBody:
            promise?.succeed()
        case .end(let trailers):
            context.write(wrapOutboundOut(.end(trailers)), promise: promise)
            didRespond(context)
        default:
            context.write(data, promise: promise)
        }
    }

    private func finalHead(_ head: HTTPResponseHead) -> HTTPResponseHead {
        var head = head
        let request = requests.first
        let saysClose = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
        // A response without a request is one to bytes that are not HTTP.
        closesAfterResponse = saysClose || drainingSince != nil || request?.keepsAlive != true
        if closesAfterResponse {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if request?.saysKeepAlive == true {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        isDroppingBody = request?.isHead == true
        // Without a length the encoder would send chunks, of which even the last is a body.
        if isDroppingBody, !head.headers.contains(name: "content-length") {
            head.headers.add(name: "content-length", value: "0")
        }
        return head
    }

    private func didRespond(_ context: ChannelHandlerContext) {
        isDroppingBody = false
        if !requests.isEmpty { requests.removeFirst() }
        if closesAfterResponse { return end(context) }
        if requests.isEmpty {
            registry.endResponse(context.channel)
            if case .response = phase { phase = .idle(since: .now()) }
            updateTimer(context)
        } else {
            sendContinue(context)
        }
    }

    // MARK: Limits of time

    private var deadline: NIODeadline? {
        let silence =
            drainingSince == nil ? limits.idleTimeout : min(limits.idleTimeout, ConnectionLimits.idleWhileDraining)
        var deadline: NIODeadline?
        switch phase {
        case .idle(let since): deadline = afterCrossing(since + silence)
        case .head(let since, false): deadline = afterCrossing(since + min(limits.headTimeout, silence))
        case .head(let since, true): deadline = since + limits.headTimeout
        case .body(let since): deadline = since + limits.bodyTimeout
        case .response: deadline = nil
        case .end(let since): return since + ConnectionLimits.lingerTime
        }
        guard let drainingSince else { return deadline }
        let last = drainingSince + limits.shutdownTimeout
        return deadline.map { min($0, last) } ?? last
    }

    private func afterCrossing(_ deadline: NIODeadline) -> NIODeadline {
        drainingSince.map { max(deadline, $0 + ConnectionLimits.crossingTime) } ?? deadline
    }

    /// Makes sure that a timer fires by the deadline. An earlier one stays and then checks again, so that a connection
    /// with many short requests sets few timers.
    private func updateTimer(_ context: ChannelHandlerContext) {
        guard let deadline, context.channel.isActive else { return }
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.timerRanOut(context)
        }
        timer = (deadline, task)
    }

    private func timerRanOut(_ context: ChannelHandlerContext) {
        guard let deadline else { return }
        guard NIODeadline.now() >= deadline else { return updateTimer(context) }
        switch phase {
        case .head(_, true) where requests.isEmpty: refuseSlowRequest(context)
        case .body where requests.count == 1: refuseSlowRequest(context)
        default: context.close(promise: nil)
        }
    }

    private func refuseSlowRequest(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(
            version: .http1_1, status: .requestTimeout, headers: ["connection": "close", "content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        end(context)
    }
}

/// Tells the connection's handler that bytes have arrived, before the decoder parses them.
final class ByteArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionHandler

    init(_ connection: ConnectionHandler) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}
