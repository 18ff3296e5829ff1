#if canImport(Glibc)
    import Glibc
#endif

/// How this process holds memory.
package enum LargeAllocations {
    /// Gives large buffers back to the system when they are freed. Otherwise the C library keeps them, several for each
    /// thread, and a program that passes pieces of megabytes from thread to thread holds many times what it uses.
    package static func returnAtOnce() {
        #if canImport(Glibc)
            mallopt(M_MMAP_THRESHOLD, 1 << 20)
        #endif
    }
}
