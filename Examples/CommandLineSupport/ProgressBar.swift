import Essentials
package import Logging
package import StorageIO
import Synchronization

/// A progress bar on standard error with rate and time left, redrawn ten times a second at most; or lines of a log.
package final class ProgressBar: Sendable {
    private struct State {
        var started = ContinuousClock.now
        var drawn: ContinuousClock.Instant?
        var logged: ContinuousClock.Instant?
        var last: WorkProgress?
        var width = 0
        var isFinished = false
    }

    private let title: String
    private let isVisible: Bool
    private let logger: Logger?
    private let state = Mutex(State())

    /// - Parameter logger: gets a line when the work begins and ends, and every few seconds between.
    package init(_ title: String, isVisible: Bool, logger: Logger? = nil) {
        self.title = title
        self.isVisible = isVisible
        self.logger = logger
        logger?.info("\(title): begins")
    }

    /// Shows the progress. `detail` is at the end of the line; without a total the bar only counts.
    package func update(_ done: Int64, of total: Int64?, unit: String, detail: String = "") {
        update(WorkProgress(done: done, total: total, unit: unit, detail: detail))
    }

    /// Shows the progress, its detail at the end of the line.
    package func update(_ progress: WorkProgress) {
        if logger != nil { return log(progress) }
        guard isVisible else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if state.isFinished { return }
            if let drawn = state.drawn, now - drawn < .milliseconds(100) { return }
            state.drawn = now
            let elapsed = (now - state.started).inSeconds
            let line = ProgressBar.line(
                title: title, done: progress.done, total: progress.total, unit: progress.unit, detail: progress.detail,
                elapsed: elapsed)
            draw(line, &state)
        }
    }

    private static let loggingInterval = Duration.seconds(5)

    private func log(_ progress: WorkProgress) {
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            state.last = progress
            if state.isFinished { return nil }
            if let logged = state.logged, now - logged < ProgressBar.loggingInterval { return nil }
            state.logged = now
            return ProgressBar.logLine(title, progress)
        }
        if let line { logger?.info("\(line)") }
    }

    private static func logLine(_ title: String, _ progress: WorkProgress) -> String {
        let amount = progress.total.map { "\(progress.done) of \($0)" } ?? "\(progress.done)"
        let detail = progress.detail.isEmpty ? "" : ", \(progress.detail)"
        return "\(title): \(amount) \(progress.unit)\(detail)"
    }

    private func logEnd() {
        let line: String? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            let seconds = (ContinuousClock.now - state.started).inSeconds.text(decimals: 1)
            let work = state.last.map { ProgressBar.logLine(title, $0) } ?? title
            return "\(work); ended after \(seconds) s"
        }
        if let line { logger?.info("\(line)") }
    }

    /// Removes the bar from the screen.
    package func finish() {
        if logger != nil { return logEnd() }
        guard isVisible else { return }
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            if state.width > 0 { StandardError.write("\r\u{1B}[K") }
        }
    }

    private func draw(_ line: String, _ state: inout State) {
        StandardError.write("\r\u{1B}[K" + line)
        state.width = line.count
    }

    /// One line of text: `title  [#####-----]  52 %  1.2M rows/s  3 s left  detail`.
    package static func line(
        title: String, done: Int64, total: Int64?, unit: String, detail: String, elapsed: Double
    ) -> String {
        let rate = elapsed > 0.2 ? Double(done) / elapsed : 0
        var parts = [title + String(repeating: " ", count: max(0, 20 - title.count))]
        if let total, total > 0 {
            let share = min(1, Double(done) / Double(total))
            let filled = Int(share * 24)
            parts.append(
                "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled) + "]")
            let percent = "\(Int(share * 100))"
            parts.append(String(repeating: " ", count: max(0, 3 - percent.count)) + percent + " %")
            if rate > 0 {
                parts.append("\(compact(rate)) \(unit)/s")
                parts.append("\(duration(Double(total - min(done, total)) / rate)) left")
            }
        } else {
            parts.append("\(compact(Double(done))) \(unit)")
            if rate > 0 { parts.append("\(compact(rate)) \(unit)/s") }
        }
        if !detail.isEmpty { parts.append(detail) }
        return parts.joined(separator: "  ")
    }

    /// 1234567 -> `1.23M`.
    package static func compact(_ number: Double) -> String {
        switch abs(number) {
        case 1e9...: (number / 1e9).text(decimals: 2) + "G"
        case 1e6...: (number / 1e6).text(decimals: 2) + "M"
        case 1e4...: (number / 1e3).text(decimals: 1) + "k"
        default: number.text(decimals: 0)
        }
    }

    /// 75 -> `1 min 15 s`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "long" }
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
