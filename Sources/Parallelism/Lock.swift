#if THREAD_SANITIZER
    import Essentials

    /// A value that one thread at a time gets hold of; what `Synchronization.Mutex` is in other builds.
    ///
    /// On Linux that one is a futex inside the standard library, of which ThreadSanitizer learns nothing: it takes whatever a
    /// `Mutex` guards for a race. This one is a `pthread_mutex_t`, which it knows.
    ///
    /// `@unchecked Sendable`: the value is reached through the mutex only.
    package struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
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
    }
#else
    // For the lock's methods: a type of our own around it would cost a call into this module each time.
    @_exported public import Synchronization

    /// A value that one thread at a time gets hold of. Under ThreadSanitizer it is a lock that this one knows.
    package typealias Lock<Value: ~Copyable> = Mutex<Value>
#endif
