import Foundation
import Parallelism

/// The open connections and running threads of a proxy, so that its end ends them all.
final class SocketRegistry: Sendable {
    private struct State {
        var descriptors: Set<Int32> = []
        var threads = 0
        var isStopped = false
    }
    private let state = Lock(State())

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// - Returns: false when the proxy has ended.
    func insert(_ descriptor: Int32) -> Bool {
        state.withLock {
            if !$0.isStopped { $0.descriptors.insert(descriptor) }
            return !$0.isStopped
        }
    }

    /// - Returns: whether it was open, so that it is closed only once.
    func remove(_ descriptor: Int32) -> Bool {
        state.withLock { $0.descriptors.remove(descriptor) != nil }
    }

    func startThread(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.threads += 1 }
        let thread = Thread {
            body()
            self.state.withLock { $0.threads -= 1 }
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Shuts every connection down, which wakes the threads that wait for them, and waits for the threads' end.
    func stop() {
        state.withLock {
            $0.isStopped = true
            for descriptor in $0.descriptors { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        while state.withLock({ $0.threads }) > 0 { usleep(2000) }
    }
}
