import CThreads
import Foundation

/// Starts a thread that runs `body` under a name of its own.
///
/// The name is set by the system's call, not by `Thread.name`: Foundation forgets one that is set before the start, and one
/// that the thread itself sets before the thread that starts it has stored whom it started.
/// - Parameters:
///   - name: Linux keeps its first 15 bytes.
///   - stackSize: in bytes; nil for what the system gives.
package func startThread(named name: String, stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
        thread_set_name(name)
        body()
    }
    if let stackSize { thread.stackSize = stackSize }
    thread.start()
}
