import CThreads
import Essentials

/// Starts a named thread that runs `body`.
/// - Parameters:
///   - name: Linux keeps its first 15 bytes.
///   - stackSize: in bytes; nil for the system's default.
package func startThread(named name: String, stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    let code = thread_start(
        stackSize ?? 0,
        { context in
            guard let context else { return }
            let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
            thread_set_name(start.name)
            start.body()
        }, start.toOpaque())
    // As Foundation and Dispatch do: without a thread nobody would ever do the work that others wait for.
    precondition(code == 0, "the system cannot start a thread: \(String(cString: strerror(code)))")
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
