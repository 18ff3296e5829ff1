import Foundation
import TestSupport

/// Python's own HTTP server, which responds in all framings and records the requests it executed.
final class PythonHTTPServer: Sendable {
    private let program: PythonProgram

    init() throws { program = try PythonProgram(Self.source) }

    var authority: String { program.authority }

    /// Method, target and length of body of each executed request.
    var executed: [String] {
        let text = (try? String(contentsOfFile: program.folder.path("executed"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private static let source = """
        import http.server, os, sys, threading, time
        folder = sys.argv[1]
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *arguments): pass
            def handle_expect_100(self):
                return True if self.path == '/refused' else super().handle_expect_100()
            def body(self):
                if self.headers.get('Transfer-Encoding') == 'chunked':
                    data = b''
                    while size := int(self.rfile.readline(), 16):
                        data += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                    return data
                return self.rfile.read(int(self.headers.get('Content-Length', 0)))
            def respond(self, status, data=b'', **fields):
                self.send_response(status)
                for name, value in fields.items(): self.send_header(name, value)
                if status != 204: self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                if self.command != 'HEAD': self.wfile.write(data)
            def handle_request(self):
                if self.path == '/refused':
                    self.close_connection = True
                    return self.respond(403, b'refused', Connection='close')
                data = self.body()
                with open(folder + 'executed', 'a') as file: file.write(f'{self.command} {self.path} {len(data)}\\n')
                if self.path == '/echo': return self.respond(200, data, Host=self.headers['Host'])
                if self.path == '/empty': return self.respond(204)
                if self.path == '/moved': return self.respond(307, Location='http://127.0.0.1:1/there?x=127.0.0.1:1')
                if self.path.startswith('/length/'): return self.respond(200, b'0123456789' * int(self.path[8:]))
                self.send_response(200)
                if self.path == '/chunked': self.send_header('Transfer-Encoding', 'chunked')
                else: self.send_header('Connection', 'close')
                self.end_headers()
                for size in (100_000, 1, 200_000):
                    if self.path == '/chunked': self.wfile.write(b'%x;name=value\\r\\n' % size)
                    self.wfile.write(b'c' * size)
                    if self.path == '/chunked': self.wfile.write(b'\\r\\n')
                if self.path == '/chunked': self.wfile.write(b'0\\r\\nTrailer: 1\\r\\n\\r\\n')
            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request
        """
}
