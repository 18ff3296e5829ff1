import CStorageKernels

/// How a process keeps the memory of large buffers.
package enum LargeBuffers {
    /// Gives them back to the system when they are freed. Otherwise the C library keeps them, several for each thread,
    /// and a program that passes chunks of megabytes from thread to thread holds many times what it uses. Programs
    /// decide, not libraries: it affects the whole process.
    package static func returnAtOnce() { storage_return_large_buffers_at_once() }
}
