import Foundation

/// A server in Python that ends with its last reference, or with the test process. Its source defines `Handler`, and gets a
/// folder as its first argument, then the arguments.
package final class PythonProgram: Sendable {
    /// `127.0.0.1:PORT`
    package let authority: String
    package let folder: TemporaryFolder
    private let process: Process

    package init(_ source: String, arguments: [String] = []) throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: Oracle.python)
        process.arguments = ["-c", source + "\n" + Self.main, folder.path("")] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var port = ""
        for _ in 0..<500 where port.isEmpty {
            Thread.sleep(forTimeInterval: 0.02)
            port = (try? String(contentsOfFile: folder.path("port"), encoding: .utf8)) ?? ""
        }
        (self.folder, self.process, authority) = (folder, process, "127.0.0.1:\(port)")
        guard !port.isEmpty else { throw Oracle.Failure(description: "Python's server does not start") }
    }

    deinit {
        // Not SIGTERM: a thread of the tests may have blocked it, and its children inherit that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static let main = """
        def end_with(parent):
            while os.getppid() == parent: time.sleep(0.5)
            os._exit(0)
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        with open(folder + "port.new", "w") as file: file.write(str(server.server_port))
        os.rename(folder + "port.new", folder + "port")
        server.serve_forever()
        """
}
