import CRdKafka
import Dispatch
import Logging

/// Sends dead letters, and logs messages that did not arrive unchanged.
struct DeadLetterSender {
    private static let tooLarge = KafkaError(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "producing")

    private let topic: String?
    private let producer: ProducerThread
    private let signal: DispatchSemaphore
    private let recorder: ScoringRecorder
    private let logger: Logger
    /// The most bytes that the producer accepts for a message.
    private let largestMessage: Int

    /// - Parameters:
    ///   - topic: nil when dead letters are only counted.
    ///   - signal: raised when dead letters are reported.
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

    /// Logs the first of the dead letters, and sends all if there is a topic for them.
    /// - Returns: the dead letters in flight.
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

    /// Logs a message that did not arrive unchanged; the stream continues, since the next start would read it again.
    func note(_ outcome: Outgoing.Outcome, _ error: KafkaError) {
        let reason = "\(error.reason) (\(error.name))"
        switch outcome {
        case .shrunk(let deadLetter):
            recorder.noteCutDeadLetter()
            let rest =
                deadLetter.form == .cut ? "the first \(DeadLetter.keptValueBytes) bytes of its value" : "its position"
            logger.warning(
                "dead letter of \(deadLetter.partition) offset \(deadLetter.offset): \(reason); only \(rest) can be kept"
            )
        case .lost(let deadLetter):
            recorder.noteUndeliverable()
            logger.error(
                "dead letter of \(deadLetter.partition) offset \(deadLetter.offset) is refused and skipped: \(reason)"
            )
        case .lostResult(let key):
            recorder.noteUndeliverable()
            logger.error("the result of transaction \(key) is refused and skipped: \(reason)")
        }
    }
}
