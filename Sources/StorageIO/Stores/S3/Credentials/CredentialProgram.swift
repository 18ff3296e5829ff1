import Essentials

/// Runs a program and returns its output.
enum CredentialProgram {
    /// How a program failed.
    struct Failure: Error {
        let message: String

        init(message: String) { self.message = message }

        init(notStarted code: Int32) { message = "cannot be started: \(String(cString: strerror(code)))" }
    }

    /// Blocks until the program has ended. Its standard input is empty; its standard error is ours.
    /// - Parameter words: the program, found along `PATH`, and its arguments.
    static func output(of words: [String]) throws(Failure) -> [UInt8] {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(notStarted: errno) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        // Programs that other threads start meanwhile must not inherit the writing end.
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        var child = pid_t()
        let code = start(words, writingTo: writing, &child)
        close(writing)
        guard code == 0 else { throw Failure(notStarted: code) }
        let output = read(reading)
        let status = wait(for: child)
        guard status == 0 else { throw Failure(message: "ended with status \(status)") }
        return output
    }

    /// - Returns: 0, or the system's error.
    private static func start(_ words: [String], writingTo writing: Int32, _ child: inout pid_t) -> Int32 {
        guard let program = words.first else { return ENOENT }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
        // The other program gets the default signal mask and handlers.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t(), held = sigset_t()
        sigfillset(&defaults)
        sigemptyset(&held)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &held)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawnp(&child, program, &actions, &attributes, &arguments, environ)
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Essentials.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return output }
            output += buffer[..<count]
        }
    }

    /// The status as in a shell: 128 and more for a signal.
    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
