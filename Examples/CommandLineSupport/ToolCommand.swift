package import ArgumentParser
import Dispatch
import Essentials
import Synchronization

/// A command-line program that behaves as all of ours do: one clear line for an error, exit code 1 for a
/// failure, 64 for wrong arguments, 130 when interrupted, and a Ctrl-C that lets the work clean up after itself.
package protocol ToolCommand: AsyncParsableCommand {}

extension ToolCommand {
    /// Parses, runs and ends as all our programs do. Every program calls it from its own `main`, since the one inherited
    /// from ArgumentParser does not handle signals.
    package static func start() async {
        let command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            end(error)
        }
        // A reader that closes the pipe must not kill us while an output is half-written.
        signal(SIGPIPE, SIG_IGN)
        let work = Task {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                var synchronous = command
                try synchronous.run()
            }
        }
        let interrupts = InterruptHandler { work.cancel() }
        let result = await work.result
        interrupts.stop()
        switch result {
        case .success:
            return
        case .failure(let error) where error is CancellationError || work.isCancelled:
            StandardError.write("interrupted\n")
            Essentials.exit(130)
        case .failure(let error) where error is ExitCode || exitCode(for: error) != .failure:
            // Help, version, and what is wrong with the arguments.
            end(error)
        case .failure(let error):
            StandardError.write("error: \(PlainError.text(error))\n")
            Essentials.exit(1)
        }
    }
}

extension ToolCommand {
    /// Ends as ArgumentParser does, but hides secrets in the unexpected arguments that it repeats: one of them may be a URL
    /// with a password.
    private static func end(_ error: any Error) -> Never {
        let text = fullMessage(for: error)
        let shown = ArgumentSecrets(CommandLine.arguments).hiding(in: text)
        guard shown != text else { exit(withError: error) }
        StandardError.write(shown + "\n")
        Essentials.exit(exitCode(for: error).rawValue)
    }
}

/// Turns the first SIGINT or SIGTERM into a cancellation; the second ends the process at once.
private final class InterruptHandler {
    private let sources: [any DispatchSourceSignal]

    init(_ cancel: @escaping @Sendable () -> Void) {
        let count = SignalCount()
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if count.next() == 1 { cancel() } else { Essentials.exit(130) }
            }
            source.resume()
            return source
        }
    }

    func stop() {
        for source in sources { source.cancel() }
    }
}

private final class SignalCount: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
