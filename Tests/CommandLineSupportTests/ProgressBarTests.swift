import CommandLineSupport
import Logging
import Parallelism
import Testing

struct ProgressBarTests {
    private final class Lines: Sendable {
        let all = Lock<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.all.withLock { $0.append("\(event.message)") } }
    }

    /// What a scheduler's log should show: the first step, not each of a million, and the last numbers.
    @Test func aLoggedBarTellsBeginningFirstStepAndEnd() {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Handler(lines: lines) }
        let bar = ProgressBar("cleaning", isVisible: false, logger: logger)
        for done in 1...1_000 { bar.update(Int64(done), of: 1_000, unit: "rows", detail: "reading") }
        bar.finish()
        bar.finish()
        let logged = lines.all.withLock { $0 }
        #expect(logged.first == "cleaning: begins")
        #expect(logged.contains("cleaning: 1 of 1000 rows, reading"))
        #expect(logged.count < 10)
        #expect(logged.last?.hasPrefix("cleaning: 1000 of 1000 rows, reading; ended after ") == true)
    }
}
