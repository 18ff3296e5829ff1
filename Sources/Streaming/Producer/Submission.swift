import CRdKafka
import Parallelism

/// A batch in a producer's thread.
///
/// The payload is in memory that does not move, and librdkafka sends from it without copying each message; it is freed
/// once every message is reported.
///
/// Invariant for `Sendable`: once submitted, only the producer's thread touches the variables.
final class Submission: @unchecked Sendable {
    let topic: String
    let slices: [MessageBatch.Slice]
    /// Whether any message has headers.
    let hasHeaders: Bool
    /// Set when the submitter no longer waits: messages that are not enqueued in librdkafka yet need not be.
    let cancellation: CancellationFlag
    private let payload: UnsafeMutableRawPointer
    private let onAccepted: @Sendable ((any Error)?) -> Void
    private let onCompleted: @Sendable (DeliveryReport) -> Void

    /// The first message not enqueued in librdkafka yet.
    var next = 0
    /// Messages enqueued and not reported yet.
    var outstanding = 0
    var failures: [DeliveryReport.Failure] = []
    private var isAccepted = false
    private var isCompleted = false

    /// - Parameters:
    ///   - onAccepted: called once, when librdkafka has all messages (nil) or the rest was refused.
    ///   - onCompleted: called once, when each message is reported.
    init(
        _ batch: MessageBatch, topic: String, cancellation: CancellationFlag = CancellationFlag(),
        onAccepted: @escaping @Sendable ((any Error)?) -> Void = { _ in },
        onCompleted: @escaping @Sendable (DeliveryReport) -> Void
    ) {
        self.topic = topic
        self.cancellation = cancellation
        self.onAccepted = onAccepted
        self.onCompleted = onCompleted
        slices = batch.slices
        hasHeaders = batch.hasHeaders
        payload = UnsafeMutableRawPointer.allocate(byteCount: max(1, batch.byteCount), alignment: 16)
        batch.bytes.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { payload.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    deinit { payload.deallocate() }

    /// Describes the message at `index` to librdkafka.
    func describe(_ index: Int, in message: inout rd_kafka_message_t) {
        let slice = slices[index]
        let start = payload + slice.start
        message.key = slice.keyLength < 0 ? nil : start
        message.key_len = max(0, slice.keyLength)
        message.payload = slice.valueLength < 0 ? nil : start + max(0, slice.keyLength)
        message.len = max(0, slice.valueLength)
        message.err = RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// The packed headers of the message at `index`.
    func packedHeaders(_ index: Int) -> UnsafeRawBufferPointer {
        let slice = slices[index]
        return UnsafeRawBufferPointer(start: payload + slice.headerRange.lowerBound, count: slice.headerLength)
    }

    /// Gives up the messages not enqueued yet.
    func refuseRest(_ error: KafkaError, acceptance: any Error) {
        for index in next..<slices.count { failures.append(DeliveryReport.Failure(index: index, error: error)) }
        next = slices.count
        accept(acceptance)
    }

    func accept(_ error: (any Error)? = nil) {
        guard !isAccepted else { return }
        isAccepted = true
        onAccepted(error)
    }

    /// Reports the outcome, once, when all messages have one.
    /// - Returns: whether they have.
    func completeIfDone() -> Bool {
        guard next == slices.count, outstanding == 0 else { return false }
        guard !isCompleted else { return true }
        isCompleted = true
        onCompleted(DeliveryReport(messageCount: slices.count, failures: failures.sorted { $0.index < $1.index }))
        return true
    }
}
