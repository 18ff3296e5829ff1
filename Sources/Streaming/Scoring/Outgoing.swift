import Dispatch
import Parallelism

/// The messages of a micro-batch for one topic, until each is acknowledged or given up. Confined to the scoring thread.
///
/// Brokers refuse a whole request because of one message, for example a message that is too large. What was refused is
/// sent again in halves, one group after another, so that the other messages arrive. One that is refused alone is
/// refused for good, and the next start would read it again: a dead letter is sent in a smaller form, then not at all;
/// a result is skipped.
final class Outgoing {
    enum Content {
        case results(MessageBatch)
        case deadLetters([DeadLetter])
    }

    /// What happened to a message that could not be sent as it was.
    enum Outcome {
        case shrunk(DeadLetter)
        case lost(DeadLetter)
        /// The result with this key.
        case lostResult(key: String)
    }

    let topic: String
    private var content: Content
    private let producer: ProducerThread
    private let pendingReport: PendingReport
    /// Indices of messages to send when the ones before are reported, the last group first.
    private var groups: [[Int]] = []
    /// Indices of the messages in flight.
    private var current: [Int]
    private(set) var isDone = false

    /// Sends the messages.
    /// - Parameter signal: raised at each report.
    init(_ content: Content, topic: String, _ producer: ProducerThread, _ signal: DispatchSemaphore) {
        self.content = content
        self.topic = topic
        self.producer = producer
        pendingReport = PendingReport(signal)
        switch content {
        case .results(let messages):
            current = Array(0..<messages.count)
            submit(messages)
        case .deadLetters(let deadLetters):
            current = Array(0..<deadLetters.count)
            submit(messages(current))
        }
    }

    /// Handles the last report, and sends what is still to be sent.
    /// - Parameter note: called for each message that could not be sent unchanged.
    /// - Throws: ``DeliveryError`` when messages could not be delivered for a reason other than their content.
    func advance(_ note: (Outcome, KafkaError) -> Void) throws(DeliveryError) {
        guard !isDone, let report = pendingReport.take() else { return }
        var refused: [Int] = []
        for failure in report.failures {
            let index = current[failure.index]
            if failure.error.concernsSingleMessages {
                if current.count > 1 { refused.append(index) } else { giveWay(index, failure.error, note) }
            } else if case .deadLetters(let deadLetters) = content, failure.error.isRefusal {
                note(.lost(deadLetters[index]), failure.error)
            } else {
                throw DeliveryError(
                    topic: topic, failedCount: report.failures.count, messageCount: report.messageCount, first: failure)
            }
        }
        let half = (refused.count + 1) / 2
        for group in [refused[half...], refused[..<half]] where !group.isEmpty { groups.append(Array(group)) }
        guard let next = groups.popLast() else {
            isDone = true
            return
        }
        current = next
        submit(messages(next))
    }

    private func giveWay(_ index: Int, _ error: KafkaError, _ note: (Outcome, KafkaError) -> Void) {
        switch content {
        case .results(let messages):
            let key = messages.slices[index].keyRange.map { String(decoding: messages.bytes[$0], as: UTF8.self) }
            note(.lostResult(key: key ?? ""), error)
        case .deadLetters(var deadLetters):
            let isSmaller = deadLetters[index].shrink()
            note(isSmaller ? .shrunk(deadLetters[index]) : .lost(deadLetters[index]), error)
            guard isSmaller else { return }
            groups.append([index])
            content = .deadLetters(deadLetters)
        }
    }

    private func messages(_ indices: [Int]) -> MessageBatch {
        switch content {
        case .results(let messages): return messages.selecting(indices)
        case .deadLetters(let deadLetters):
            var batch = MessageBatch()
            for index in indices { deadLetters[index].append(to: &batch) }
            return batch
        }
    }

    private func submit(_ messages: MessageBatch) {
        producer.submit(Submission(messages, topic: topic) { [pendingReport] in pendingReport.put($0) })
    }

    /// The producer's report, until the scoring thread takes it.
    private final class PendingReport: Sendable {
        private let report = Lock<DeliveryReport?>(nil)
        private let signal: DispatchSemaphore

        init(_ signal: DispatchSemaphore) { self.signal = signal }

        func put(_ value: DeliveryReport) {
            report.withLock { $0 = value }
            signal.signal()
        }

        func take() -> DeliveryReport? { report.withLock { $0.take() } }
    }
}
