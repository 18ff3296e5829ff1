import CStorageKernels

/// How a process holds the memory of large buffers.
package enum LargeBuffers {
    /// Gives them back to the system when they are freed. Otherwise the C library keeps them, several for each thread, and a
    /// program that passes pieces of megabytes from thread to thread holds many times what it uses. For programs to decide,
    /// not for libraries: it is for the whole process.
    package static func returnAtOnce() { storage_return_large_buffers_at_once() }
}
