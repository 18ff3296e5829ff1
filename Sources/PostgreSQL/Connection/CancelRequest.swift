import CLibPQ
import Foundation
import Parallelism
import Synchronization

/// A request to the server, over a separate connection, to cancel the running statement.
final class CancelRequest: Sendable {
    private let done = Atomic<Bool>(false)

    /// Whether the server has received it, or never will.
    var isDone: Bool { done.load(ordering: .acquiring) }

    /// Sends it on its own thread, since libpq waits for the server without a limit.
    /// - Parameter wakeup: signalled when it is done.
    init(_ connection: OpaquePointer, wakeup: Wakeup) {
        guard let pointer = PQgetCancel(connection) else {
            done.store(true, ordering: .releasing)
            return
        }
        let handle = Handle(pointer: pointer)
        startThread(named: "pg-cancel") { [self] in
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(handle.pointer, &message, CInt(message.count))
            PQfreeCancel(handle.pointer)
            done.store(true, ordering: .releasing)
            wakeup.signal()
        }
    }

    /// `@unchecked Sendable`: made by one thread, used and freed by another one.
    private struct Handle: @unchecked Sendable { let pointer: OpaquePointer }
}
