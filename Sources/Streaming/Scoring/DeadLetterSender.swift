import CRdKafka
import Dispatch
import Logging

/// Sends dead letters, and tells of messages that did not arrive as they were.
struct DeadLetterSender {
    private static let tooLarge = KafkaError(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "producing")

    private let topic: String?
    private let producer: ProducerThread
    private let signal: DispatchSemaphore
    private let recorder: ScoringRecorder
    private let logger: Logger
    /// Bytes that the producer takes at most for a message.
    private let largestMessage: Int

    /// - Parameters:
    ///   - topic: nil when letters are only counted.
    ///   - signal: raised when letters are reported.
    init(
        topic: String?, _ configuration: KafkaConfiguration, _ producer: ProducerThread, _ signal: DispatchSemaphore,
        recorder: ScoringRecorder, logger: Logger
    ) {
        self.topic = topic
        self.producer = producer
        self.signal = signal
        self.recorder = recorder
        self.logger = logger
        largestMessage = configuration.properties["message.max.bytes"].flatMap { Int($0) } ?? 1_000_000
    }

    /// Logs the first of the letters, and sends all if there is a topic for them.
    /// - Returns: what is under way then.
    func send(_ deadLetters: [DeadLetter], _ what: String) -> [Outgoing] {
        guard let first = deadLetters.first else { return [] }
        logger.warning(
            "\(deadLetters.count) \(what); first: \(first.partition) offset \(first.offset): \(first.reason)")
        guard let topic else { return [] }
        var deadLetters = deadLetters
        for index in deadLetters.indices where deadLetters[index].wireSize > largestMessage {
            if deadLetters[index].shrink() { note(.shrunk(deadLetters[index]), Self.tooLarge) }
        }
        return [Outgoing(.deadLetters(deadLetters), topic: topic, producer, signal)]
    }

    /// Tells of a message that did not arrive as it was; the stream goes on, since the next start would meet it again.
    func note(_ outcome: Outgoing.Outcome, _ error: KafkaError) {
        let reason = "\(error.reason) (\(error.name))"
        switch outcome {
        case .shrunk(let deadLetter):
            recorder.noteCutLetter()
            let rest =
                deadLetter.form == .cut ? "the first \(DeadLetter.keptValueBytes) bytes of its value" : "its place"
            logger.warning(
                "dead letter of \(deadLetter.partition) offset \(deadLetter.offset): \(reason); only \(rest) can be kept"
            )
        case .lost(let deadLetter):
            recorder.noteUndeliverable()
            logger.error(
                "dead letter of \(deadLetter.partition) offset \(deadLetter.offset) is refused and passed over: \(reason)"
            )
        case .lostResult(let key):
            recorder.noteUndeliverable()
            logger.error("the result of transaction \(key) is refused and passed over: \(reason)")
        }
    }
}
