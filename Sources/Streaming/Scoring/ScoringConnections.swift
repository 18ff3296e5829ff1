import Logging
import Scoring

/// What a ``ScoringStream`` opens before it knows its first model, and a ``ScoringLoop`` works with. Confined to the stream's thread.
struct ScoringConnections {
    let settings: ScoringStreamSettings
    let logger: Logger
    let models: PendingModel
    let control: ConsumerControl
    let recorder: ScoringRecorder
    let producer: ProducerThread
    let session: ConsumerSession
    let labels: LabelFeed?
    let pending = PendingBatches()
    let deadLetters: DeadLetterSender

    init(
        _ configuration: KafkaConfiguration, _ settings: ScoringStreamSettings, logger: Logger, models: PendingModel,
        control: ConsumerControl, recorder: ScoringRecorder, producer: ProducerThread
    ) throws(KafkaError) {
        self.settings = settings
        self.logger = logger
        self.models = models
        self.control = control
        self.recorder = recorder
        self.producer = producer
        deadLetters = DeadLetterSender(
            topic: settings.deadLetterTopic, configuration, producer, pending.signal, recorder: recorder, logger: logger
        )
        session = try ConsumerSession(configuration, settings.consumer, logger: logger)
        guard let topic = settings.labelTopic else {
            labels = nil
            return
        }
        do throws(KafkaError) {
            labels = try LabelFeed(topic, configuration, settings.consumer, logger: logger)
        } catch {
            session.abandon()
            throw error
        }
    }
}
