import Essentials

/// The result of taking an open file's lock (`flock`), which ends with the descriptor.
enum FileLock {
    case taken
    /// Another descriptor has it.
    case held
    /// The file system has no locks.
    case unknown

    init(_ descriptor: Int32) {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            self = code == EWOULDBLOCK ? .held : .unknown
            return
        }
        self = .taken
    }
}
