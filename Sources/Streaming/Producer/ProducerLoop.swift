import CRdKafka
import Logging
import Parallelism

/// The loop of a producer's thread: enqueues messages in librdkafka while there is room, and collects delivery reports
/// in bulk. Confined to that thread.
final class ProducerLoop {
    /// Most messages that a call enqueues, and reports that a call takes.
    private static let chunk = 4_096
    /// The index of a message within its batch takes the low bits of a message's opaque value, the batch's slot the rest.
    private static let indexBits = 40
    private static let anyPartition: Int32 = -1

    let queue: KafkaQueue
    private let handle: KafkaHandle
    private let capacity: Int
    private let messages: UnsafeMutablePointer<rd_kafka_message_t>
    private let reports: UnsafeMutablePointer<UnsafePointer<rd_kafka_message_t>?>

    private var topics: [String: OpaquePointer] = [:]
    private var waiting: [Submission] = []
    private var slots: [Submission?] = []
    private var freeSlots: [Int] = []
    private var slotOfHead: Int?
    private var outstanding = 0
    private var isQueueFull = false

    init(_ configuration: KafkaConfiguration, _ settings: ProducerSettings, logger: Logger) throws(KafkaError) {
        let context = ClientContext(logger: logger, secrets: SecretProperties(configuration.properties))
        handle = try KafkaHandle(.producer, configuration, decided: settings.properties, context: context) {
            rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
        }
        guard let main = rd_kafka_queue_get_main(handle.client) else {
            handle.destroy()
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "creating a Kafka producer")
        }
        queue = KafkaQueue(pointer: main)
        capacity = max(1, settings.queueMessages)
        messages = .allocate(capacity: Self.chunk)
        messages.initialize(repeating: rd_kafka_message_t(), count: Self.chunk)
        reports = .allocate(capacity: Self.chunk)
        reports.initialize(repeating: nil, count: Self.chunk)
    }

    deinit {
        messages.deallocate()
        reports.deallocate()
    }

    // MARK: The thread's life

    func run(_ thread: ProducerThread) {
        var flushes: [ProducerThread.Flush] = []
        var closing: ProducerThread.Closing?
        var hasPurged = false
        while true {
            let mayRest = waiting.isEmpty || !hasRoom
            let commands = thread.takeCommands(mayRest: mayRest)
            waiting += commands.submissions
            flushes += commands.flushes
            if let asked = commands.closing {
                thread.fail(Self.closed)
                closing = ProducerThread.Closing(
                    deadline: min(asked.deadline, closing?.deadline ?? asked.deadline),
                    waiters: (closing?.waiters ?? []) + asked.waiters)
            }
            feed()
            settle(&flushes)
            if let closing {
                if waiting.isEmpty && outstanding == 0 { break }
                if closing.deadline <= .now, !hasPurged {
                    hasPurged = true
                    purge()
                }
            }
            let isIdle = waiting.isEmpty || !hasRoom
            collect(timeoutMilliseconds: isIdle && commands.submissions.isEmpty ? 100 : 0, thread)
        }
        end(thread, flushes, closing)
    }

    private static let closed = KafkaError(
        RD_KAFKA_RESP_ERR__DESTROY, "producing", reason: "the producer is closed", kind: .permanent)

    private var hasRoom: Bool { !isQueueFull && outstanding < capacity }

    /// Gives up what was not acknowledged in time.
    private func purge() {
        for submission in waiting { refuse(submission, Self.closed, acceptance: Self.closed) }
        waiting.removeAll()
        slotOfHead = nil
        rd_kafka_purge(handle.client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    private func settle(_ flushes: inout [ProducerThread.Flush]) {
        guard !flushes.isEmpty else { return }
        let isDone = waiting.isEmpty && outstanding == 0
        flushes.removeAll { flush in
            if isDone {
                flush.onFinished(nil)
            } else if flush.cancellation.isCancelled {
                flush.onFinished(CancellationError())
            } else if flush.deadline <= .now {
                let left = outstanding + waiting.reduce(0) { $0 + $1.slices.count - $1.next }
                flush.onFinished(
                    KafkaError(
                        RD_KAFKA_RESP_ERR__TIMED_OUT, "flushing a producer",
                        reason: "\(left) messages are not acknowledged in time"))
            } else {
                return false
            }
            return true
        }
    }

    private func end(_ thread: ProducerThread, _ flushes: [ProducerThread.Flush], _ closing: ProducerThread.Closing?) {
        let late = thread.giveUpQueue()
        for submission in late.submissions { refuse(submission, Self.closed, acceptance: Self.closed) }
        for flush in flushes + late.flushes { flush.onFinished(nil) }
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        queue.destroy()
        handle.destroy()
        for waiter in (closing?.waiters ?? []) + (late.closing?.waiters ?? []) { waiter() }
    }

    // MARK: Handing over

    private func feed() {
        isQueueFull = false
        refuseCancelled()
        var done = 0
        while done < waiting.count {
            let submission = waiting[done]
            hand(submission)
            guard submission.next == submission.slices.count else { break }
            submission.accept()
            // A batch with messages in flight stays in its slot until they are reported.
            if let slot = slotOfHead {
                if submission.completeIfDone() { free(slot) }
            } else {
                _ = submission.completeIfDone()
            }
            slotOfHead = nil
            done += 1
        }
        waiting.removeFirst(done)
    }

    /// Removes submissions whose callers no longer wait, wherever they are in the queue: the head may be stuck for
    /// minutes when no broker responds.
    private func refuseCancelled() {
        guard waiting.contains(where: \.cancellation.isCancelled) else { return }
        var kept: [Submission] = []
        for (index, submission) in waiting.enumerated() {
            // Read once: it may be set at any moment.
            let isCancelled = submission.cancellation.isCancelled
            if isCancelled {
                let error = KafkaError(
                    RD_KAFKA_RESP_ERR__PURGE_QUEUE, "producing to '\(submission.topic)'", reason: "cancelled")
                refuse(submission, error, acceptance: CancellationError())
            }
            // The head may have messages in flight; the loop below sees that it has nothing left to enqueue.
            if !isCancelled || index == 0 { kept.append(submission) }
        }
        waiting = kept
    }

    private func hand(_ submission: Submission) {
        guard submission.next < submission.slices.count else { return }
        guard let topic = topic(submission.topic) else {
            let error = KafkaError(rd_kafka_last_error(), "producing to '\(submission.topic)'")
            return submission.refuseRest(error, acceptance: error)
        }
        let slot = slotOfHead ?? takeSlot(submission)
        slotOfHead = slot
        while submission.next < submission.slices.count, hasRoom {
            let count = min(Self.chunk, submission.slices.count - submission.next, capacity - outstanding)
            for position in 0..<count {
                let index = submission.next + position
                submission.describe(index, in: &messages[position])
                messages[position]._private = UnsafeMutableRawPointer(bitPattern: slot << Self.indexBits | index)
            }
            let good =
                submission.hasHeaders
                ? handWithHeaders(submission, to: topic, count)
                : Int(rd_kafka_produce_batch(topic, Self.anyPartition, 0, messages, Int32(count)))
            outstanding += good
            submission.outstanding += good
            submission.next += good == count ? count : takeRefusals(submission, count)
        }
    }

    /// Enqueues the described messages one by one: the bulk call takes no headers. Stops at a full queue.
    /// - Returns: how many were accepted; the others hold their error.
    private func handWithHeaders(_ submission: Submission, to topic: OpaquePointer, _ count: Int) -> Int {
        var good = 0
        for index in 0..<count {
            let code = handSingly(messages[index], submission.packedHeaders(submission.next + index), to: topic)
            messages[index].err = code
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { good += 1 }
            if code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
                for rest in index..<count { messages[rest].err = code }
                break
            }
        }
        return good
    }

    private func handSingly(
        _ message: rd_kafka_message_t, _ packedHeaders: UnsafeRawBufferPointer, to topic: OpaquePointer
    ) -> rd_kafka_resp_err_t {
        var fields = [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 5)
        fields[0].vtype = RD_KAFKA_VTYPE_RKT
        fields[0].u.rkt = topic
        fields[1].vtype = RD_KAFKA_VTYPE_KEY
        fields[1].u.mem.ptr = message.key
        fields[1].u.mem.size = message.key_len
        fields[2].vtype = RD_KAFKA_VTYPE_VALUE
        fields[2].u.mem.ptr = message.payload
        fields[2].u.mem.size = message.len
        fields[3].vtype = RD_KAFKA_VTYPE_OPAQUE
        fields[3].u.ptr = message._private
        let headers = packedHeaders.isEmpty ? nil : HeaderBytes.makeList(packedHeaders)
        fields[4].vtype = RD_KAFKA_VTYPE_HEADERS
        fields[4].u.headers = headers
        let error = rd_kafka_produceva(handle.client, fields, headers == nil ? 4 : 5)
        guard let error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { rd_kafka_error_destroy(error) }
        // librdkafka takes ownership of the headers only if it accepts the message.
        if let headers { rd_kafka_headers_destroy(headers) }
        return rd_kafka_error_code(error)
    }

    /// Records the messages of a chunk that librdkafka refused; returns how many of the chunk are settled.
    private func takeRefusals(_ submission: Submission, _ count: Int) -> Int {
        for index in 0..<count where messages[index].err != RD_KAFKA_RESP_ERR_NO_ERROR {
            let code = messages[index].err
            if code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
                // All from here on were refused; they are enqueued again once reports have made room.
                isQueueFull = true
                return index
            }
            submission.failures.append(
                DeliveryReport.Failure(
                    index: submission.next + index, error: KafkaError(code, "producing to '\(submission.topic)'")))
        }
        return count
    }

    private func refuse(_ submission: Submission, _ error: KafkaError, acceptance: any Error) {
        submission.refuseRest(error, acceptance: acceptance)
        if submission.outstanding == 0 { _ = submission.completeIfDone() }
    }

    private func topic(_ name: String) -> OpaquePointer? {
        if let topic = topics[name] { return topic }
        guard let topic = rd_kafka_topic_new(handle.client, name, nil) else { return nil }
        topics[name] = topic
        return topic
    }

    private func takeSlot(_ submission: Submission) -> Int {
        if let slot = freeSlots.popLast() {
            slots[slot] = submission
            return slot
        }
        slots.append(submission)
        return slots.count - 1
    }

    private func free(_ slot: Int) {
        slots[slot] = nil
        freeSlots.append(slot)
    }

    // MARK: Delivery reports

    private func collect(timeoutMilliseconds: Int32, _ thread: ProducerThread) {
        var timeout = timeoutMilliseconds
        var taken = 0
        // Returns after a while even if reports keep coming: there may be room for new messages.
        while taken < Self.chunk, let event = rd_kafka_queue_poll(queue.pointer, timeout) {
            timeout = 0
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR: taken += takeReports(event)
            case RD_KAFKA_EVENT_ERROR: takeError(event, thread)
            default: break
            }
            rd_kafka_event_destroy(event)
        }
    }

    private func takeReports(_ event: OpaquePointer) -> Int {
        var total = 0
        while case let count = rd_kafka_event_message_array(event, reports, Self.chunk), count > 0 {
            total += count
            for index in 0..<count {
                guard let message = reports[index] else { continue }
                let opaque = Int(bitPattern: message.pointee._private)
                let slot = opaque >> Self.indexBits
                guard let submission = slots[slot] else { continue }
                submission.outstanding -= 1
                if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                    submission.failures.append(
                        DeliveryReport.Failure(
                            index: opaque & (1 << Self.indexBits - 1),
                            error: KafkaError(message.pointee.err, "producing to '\(submission.topic)'")))
                }
                if submission.outstanding == 0, slotOfHead != slot, submission.completeIfDone() { free(slot) }
            }
        }
        outstanding -= total
        return total
    }

    private func takeError(_ event: OpaquePointer, _ thread: ProducerThread) {
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        let isFatal = rd_kafka_event_error_is_fatal(event) != 0
        let error = KafkaError(
            rd_kafka_event_error(event), "producing", reason: handle.context.secrets.hiding(in: text),
            kind: isFatal ? .fatal : nil)
        handle.context.logger.log(level: isFatal ? .error : .warning, "\(error)")
        if isFatal { thread.fail(error) }
    }
}
