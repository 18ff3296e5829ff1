import CLibPQ
import Foundation
import Parallelism
import Synchronization

/// A request to the server, over a connection of its own, to give up the statement that it works on.
final class CancelRequest: Sendable {
    private let done = Atomic<Bool>(false)

    /// Whether the server has got it, or will not get it.
    var isDone: Bool { done.load(ordering: .acquiring) }

    /// Sends it on a thread of its own, for libpq waits for the server without a limit.
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
