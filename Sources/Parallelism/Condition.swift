import Essentials

/// A mutex and a condition variable: threads wait under the lock until another one signals a change.
final class Condition: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let variable: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        variable = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(variable, nil)
    }

    deinit {
        pthread_cond_destroy(variable)
        pthread_mutex_destroy(mutex)
        variable.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }

    func unlock() { pthread_mutex_unlock(mutex) }

    /// Releases the lock, waits, and takes it again. May return without a signal.
    func wait() { pthread_cond_wait(variable, mutex) }

    func signal() { pthread_cond_signal(variable) }

    func broadcast() { pthread_cond_broadcast(variable) }
}
