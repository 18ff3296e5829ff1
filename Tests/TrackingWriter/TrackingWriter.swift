import Foundation
import Tracking

/// A writer for tests to end in the middle of its work. It notes what was acknowledged, one step a line.
///
///     tracking-writer direct URI RUN LOG           logs to a run without a journal
///     tracking-writer journal URI RUN LOG FOLDER   logs to a run through a journal
///     tracking-writer full FOLDER BYTES LOG        logs to a journal whose files may not grow beyond BYTES, then, when
///                                                  one entry has been refused, once more without that bound
@main
struct TrackingWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        switch arguments.count > 1 ? arguments[1] : "" {
        case "direct" where arguments.count == 5:
            let run = try await TrackingClient.open(arguments[2]).run(id: arguments[3])
            let log = try Acknowledgements(arguments[4])
            for step in 0..<1_000_000 {
                try await run.log(metric: key, 1, step: Int64(step))
                try log.note(step)
            }
        case "journal" where arguments.count == 6:
            let uri = arguments[2]
            let journal = try TrackingJournal(folder: arguments[5]) { try await TrackingClient.open(uri) }
            let run = try journal.attach(toRun: arguments[3])
            let log = try Acknowledgements(arguments[4])
            for step in 0..<1_000_000 {
                try run.log(metric: key, 1, step: Int64(step))
                try log.note(step)
                try await Task.sleep(for: .microseconds(100))
            }
        case "full" where arguments.count == 5:
            try fill(arguments[2], bytes: UInt(arguments[3]) ?? 0, log: Acknowledgements(arguments[4]))
        default: exit(64)
        }
    }

    static var key: String { "m\(ProcessInfo.processInfo.processIdentifier)" }

    private static func fill(_ folder: String, bytes: UInt, log: Acknowledgements) throws {
        struct Offline: Error {}
        let journal = try TrackingJournal(folder: folder) { throw Offline() }
        let run = try journal.startRun(experiment: "e", name: "full")
        signal(SIGXFSZ, SIG_IGN)
        var bound = rlimit()
        getrlimit(.init(RLIMIT_FSIZE.rawValue), &bound)
        let unbounded = bound.rlim_cur
        bound.rlim_cur = bytes
        setrlimit(.init(RLIMIT_FSIZE.rawValue), &bound)
        var step = 0
        do {
            while true {
                try run.log(metric: "m", 1, step: Int64(step))
                try log.note(step)
                step += 1
            }
        } catch let error as TrackingError where error.code == .noSpace {
            bound.rlim_cur = unbounded
            setrlimit(.init(RLIMIT_FSIZE.rawValue), &bound)
        }
        try run.log(metric: "after", 2)
        // As if killed: nothing is closed.
        _exit(0)
    }
}

/// The file of acknowledged steps.
struct Acknowledgements {
    private let file: FileHandle

    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = try FileHandle(forWritingTo: URL(filePath: path))
    }

    func note(_ step: Int) throws { try file.write(contentsOf: Data("\(step)\n".utf8)) }
}
