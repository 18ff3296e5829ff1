#if THREAD_SANITIZER
    import Essentials
#else
    package import Synchronization
#endif

/// A value that one thread at a time gets hold of: `Synchronization.Mutex`, and nothing else, in every ordinary build.
///
/// On Linux that one is a futex inside the standard library, of which ThreadSanitizer learns nothing: it takes whatever a
/// `Mutex` guards for a race. So its builds, which define `THREAD_SANITIZER`, have a `pthread_mutex_t` here, which it knows.
package struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    #if THREAD_SANITIZER
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private let value: UnsafeMutablePointer<Value>

        /// Guards a value.
        package init(_ value: consuming sending Value) {
            mutex = .allocate(capacity: 1)
            pthread_mutex_init(mutex, nil)
            self.value = .allocate(capacity: 1)
            self.value.initialize(to: value)
        }

        deinit {
            value.deinitialize(count: 1)
            value.deallocate()
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        /// Calls `body` with the value when no other thread has hold of it. Not to be called from within `body`.
        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&value.pointee)
        }
    #else
        @usableFromInline
        let mutex: Mutex<Value>

        /// Guards a value.
        @inlinable
        package init(_ value: consuming sending Value) { mutex = Mutex(value) }

        /// Calls `body` with the value when no other thread has hold of it. Not to be called from within `body`.
        @inlinable
        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            try mutex.withLock(body)
        }
    #endif
}
