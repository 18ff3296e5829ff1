import Essentials

/// Identifies a process, to find out whether it is still running.
struct ProcessIdentity: Sendable, Hashable, Codable {
    var host: String
    var process: Int32
    /// The system's clock when it started, in its own units; absent where that is not known.
    var started: String?
    /// The boot of the machine and the namespace of the number `process`; absent likewise.
    var scope: String?

    /// This process.
    static let own: ProcessIdentity = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let number = getpid()
        return ProcessIdentity(
            host: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
            process: number, started: start(of: number), scope: ownScope())
    }()

    /// Whether the process is running; nil where that cannot be found out, such as on another host.
    var isAlive: Bool? {
        guard let scope, let started, scope == ProcessIdentity.own.scope else { return nil }
        return ProcessIdentity.start(of: process) == started
    }

    private static func ownScope() -> String? {
        guard let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        else { return nil }
        return "\(boot.filter { !$0.isWhitespace }) \(namespace)"
    }

    /// The 22nd field of `/proc/PID/stat`; nil where there is no such process, and for one that has ended and waits for its
    /// parent.
    private static func start(of process: Int32) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
        // The second field is the program's name in parentheses, with any characters.
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[end...].split(separator: " ").dropFirst()
        guard fields.count > 19, let state = fields.first, state != "Z", state != "X" else { return nil }
        return String(fields[fields.startIndex + 19])
    }
}
