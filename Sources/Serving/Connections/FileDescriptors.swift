import Essentials

/// How many files and sockets the process may have open.
enum FileDescriptors {
    /// Those that are not connections: files, libraries, the model's store, the event loops.
    private static let others = 64

    /// How many connections the process can hold; at least 16.
    static var roomForConnections: Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(Int32.max) else { return .max }
        return max(16, Int(limit.rlim_cur) - others)
    }
}
