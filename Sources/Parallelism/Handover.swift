/// Shows ThreadSanitizer that a thread has finished with a value before a task that waits for it goes on.
///
/// A continuation that is resumed guarantees that, but the runtime does not tell the sanitizer of it where the value is there before
/// the task waits. Nothing in other builds.
struct Handover: Sendable {
    #if THREAD_SANITIZER
        private final class Point: Sendable {
            let lock = Lock(())
        }

        private let point = Point()
    #endif

    /// The thread has the value.
    @inline(__always)
    func give() {
        #if THREAD_SANITIZER
            point.lock.withLock { _ in }
        #endif
    }

    /// The task has been resumed.
    @inline(__always)
    func take() {
        #if THREAD_SANITIZER
            point.lock.withLock { _ in }
        #endif
    }
}
