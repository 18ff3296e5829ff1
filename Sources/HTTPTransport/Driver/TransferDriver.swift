import CCurl
import Essentials

/// The thread that moves bytes: curl's multi interface and all its transfers. No other code touches curl.
final class TransferDriver {
    private let configuration: TransportClientConfiguration
    private let commandQueue: CommandQueue
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var spareHandles: [EasyHandle] = []
    /// Lives as long as the connections, which hold its address.
    private let unreadResponse = UnreadResponse()
    private var nextTimerCheck: ContinuousClock.Instant?

    /// More handles than requests at a time are not kept for long.
    private static let maximumSpareHandles = 64
    /// Connections that are kept for later requests, to all hosts together.
    private static let maximumKeptConnections = 256

    init(configuration: TransportClientConfiguration, commandQueue: CommandQueue) {
        self.configuration = configuration
        self.commandQueue = commandQueue
    }

    /// Runs until the command queue is closed.
    func run() {
        Self.ignoreBrokenPipes()
        defer { commandQueue.announceEnd() }
        guard CurlLibrary.isReady, let multi = curl_multi_init() else {
            commandQueue.close()
            for command in commandQueue.take().commands { refuse(command) }
            return
        }
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, configuration.maximumConnectionsPerHost))
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.maximumKeptConnections)
        commandQueue.open(OpaqueMulti(handle: multi))
        while true {
            let (commands, isClosing) = commandQueue.take()
            for command in commands { carryOut(command, multi) }
            if isClosing { break }
            var running: Int32 = 0
            _ = curl_multi_perform(multi, &running)
            collectResults(multi)
            checkTimers(multi)
            _ = curl_multi_poll(multi, nil, 0, pollTimeout(), nil)
        }
        commandQueue.forgetMulti()
        for command in commandQueue.take().commands { refuse(command) }
        for transfer in transfers.values {
            end(transfer, .failure(CommandQueue.shutDown(transfer.exchange)), multi)
        }
        spareHandles = []
        curl_multi_cleanup(multi)
    }

    /// With `CURLOPT_NOSIGNAL` curl does not ignore the SIGPIPE of OpenSSL's writes to closed connections, so we do.
    /// The signal goes to the thread that writes.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    // MARK: Commands

    private func refuse(_ command: CommandQueue.Command) {
        if case .start(let exchange) = command { exchange.finish(.failure(CommandQueue.shutDown(exchange))) }
    }

    private func carryOut(_ command: CommandQueue.Command, _ multi: UnsafeMutableRawPointer) {
        switch command {
        case .start(let exchange): start(exchange, multi)
        case .stop(let exchange):
            if let transfer = transfers[ObjectIdentifier(exchange)] { remove(transfer, multi) }
        case .resume(let exchange):
            guard let transfer = transfers[ObjectIdentifier(exchange)] else { return }
            transfer.lastActivity = .now
            let paused = exchange.paused
            _ = curl_easy_pause(
                transfer.easy.handle, (paused.receiving ? CURLPAUSE_RECV : 0) | (paused.sending ? CURLPAUSE_SEND : 0))
        }
    }

    private func start(_ exchange: Exchange, _ multi: UnsafeMutableRawPointer) {
        guard exchange.begin() else { return }
        guard let easy = spareHandles.popLast() ?? EasyHandle() else {
            let request = exchange.request
            return exchange.finish(
                .failure(
                    HTTPTransportError(
                        .connectionFailed, method: request.method, url: request.url, message: "out of memory")))
        }
        let transfer = Transfer(exchange, easy: easy)
        do {
            try transfer.setUp(configuration, unreadResponse: unreadResponse)
        } catch {
            return exchange.finish(.failure(error))
        }
        transfers[ObjectIdentifier(exchange)] = transfer
        let code = curl_multi_add_handle(multi, easy.handle)
        guard code == CURLM_OK else {
            return end(
                transfer, .failure(transfer.error(.connectionFailed, String(cString: curl_multi_strerror(code)))), multi
            )
        }
        checkTimersNoLater(than: .now + configuration.idleTimeout)
        if let deadline = totalDeadline(transfer) { checkTimersNoLater(than: deadline) }
    }

    // MARK: Results

    private func collectResults(_ multi: UnsafeMutableRawPointer) {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            var context: UnsafeMutableRawPointer?
            _ = ccurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            guard let transfer = Transfer.at(context) else { continue }
            finish(transfer, ccurl_message_result(message), multi)
        }
        unreadResponse.forget()
    }

    private func finish(_ transfer: Transfer, _ code: CURLcode, _ multi: UnsafeMutableRawPointer) {
        if code == CURLE_SEND_ERROR {
            let bytes = unreadResponse.take(port: transfer.easy.number(CURLINFO_LOCAL_PORT))
            if let bytes, transfer.receiveUnreadResponse(bytes) {
                return end(transfer, transfer.outcome(CURLE_OK), multi)
            }
        }
        if transfer.restart(after: code) {
            _ = curl_multi_remove_handle(multi, transfer.easy.handle)
            if curl_multi_add_handle(multi, transfer.easy.handle) == CURLM_OK { return }
        }
        end(transfer, transfer.outcome(code), multi)
    }

    private func end(
        _ transfer: Transfer, _ outcome: Result<[UInt8], any Error>, _ multi: UnsafeMutableRawPointer
    ) {
        remove(transfer, multi)
        // A transfer that ended midway can have left state in its handle.
        if case .success = outcome, spareHandles.count < Self.maximumSpareHandles { spareHandles.append(transfer.easy) }
        transfer.exchange.finish(outcome)
    }

    private func remove(_ transfer: Transfer, _ multi: UnsafeMutableRawPointer) {
        _ = curl_multi_remove_handle(multi, transfer.easy.handle)
        transfers[ObjectIdentifier(transfer.exchange)] = nil
    }

    // MARK: Timers

    private func checkTimersNoLater(than instant: ContinuousClock.Instant) {
        nextTimerCheck = nextTimerCheck.map { min($0, instant) } ?? instant
    }

    private func totalTimeout(_ transfer: Transfer) -> Duration? {
        transfer.exchange.request.totalTimeout ?? configuration.totalTimeout
    }

    private func totalDeadline(_ transfer: Transfer) -> ContinuousClock.Instant? {
        totalTimeout(transfer).map { transfer.exchange.start + $0 }
    }

    /// Ends transfers that take too long. The silence of a transfer that gets a connection between two checks is
    /// measured from then on, so it cannot time out before the next check.
    private func checkTimers(_ multi: UnsafeMutableRawPointer) {
        let now = ContinuousClock.now
        guard let due = nextTimerCheck, due <= now else { return }
        nextTimerCheck = nil
        for transfer in transfers.values {
            if let deadline = totalDeadline(transfer), let timeout = totalTimeout(transfer) {
                guard now < deadline else {
                    end(transfer, .failure(transfer.error(.timedOut, "not complete after \(timeout)")), multi)
                    continue
                }
                checkTimersNoLater(than: deadline)
            }
            let paused = transfer.exchange.paused
            if !transfer.isConnected || paused.receiving || paused.sending || transfer.hasUploaded() {
                checkTimersNoLater(than: now + configuration.idleTimeout)
                if transfer.isConnected { transfer.lastActivity = now }
                continue
            }
            let deadline = transfer.lastActivity + configuration.idleTimeout
            guard now < deadline else {
                let message = "nothing was sent or received for \(configuration.idleTimeout)"
                end(transfer, .failure(transfer.error(.timedOut, message)), multi)
                continue
            }
            checkTimersNoLater(than: deadline)
        }
    }

    /// In milliseconds, rounded up so that the thread does not wake before its time.
    private func pollTimeout() -> Int32 {
        guard let nextTimerCheck else { return 60_000 }
        return Int32(min(60_000, (nextTimerCheck - .now).milliseconds + 1))
    }
}
