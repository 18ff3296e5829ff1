/// A server in Python whose responses depend on the path, well-behaved or not. It prints its port in its first line,
/// and ends when its standard input does. Arguments: `http`, `tls CERTIFICATE KEY`, `proxy`, or `hang-up`.
let peerProgram = #"""
    import json, os, socket, socketserver, ssl, struct, sys, threading, time

    counts = {"connections": 0, "open": 0}
    marks = {}
    released = set()
    heads = []
    lock = threading.Lock()

    def pattern(count):
        return (bytes(range(251)) * (count // 251 + 1))[:count]

    class Connection(socketserver.BaseRequestHandler):
        def handle(self):
            with lock:
                counts["connections"] += 1
                counts["open"] += 1
            try:
                if len(sys.argv) > 2:
                    self.request = context.wrap_socket(self.request, server_side=True)
                self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.input = self.request.makefile("rb", 1 << 16)
                while self.exchange():
                    pass
            except (OSError, ValueError):
                pass
            finally:
                with lock:
                    counts["open"] -= 1

        def finish(self):
            try:
                self.request.close()
            except OSError:
                pass

        def exchange(self):
            line = self.input.readline()
            if not line or mode == "hang-up":
                return False
            if line.startswith(b"\x16\x03"):
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                return False
            self.method, self.target, _ = line.decode().split(" ")
            self.fields = {}
            text = line.decode()
            while (line := self.input.readline()) not in (b"\r\n", b""):
                text += line.decode()
                name, _, value = line.decode().partition(":")
                self.fields[name.lower()] = value.strip()
            heads.append(text)
            if mode == "proxy":
                return self.forward()
            path, _, query = self.target.partition("?")
            if "://" in path:
                path = "/" + path.split("/", 3)[3]
            parts = path.strip("/").split("/")
            function = getattr(self, "do_" + parts[0].replace("-", "_"), None)
            if function is None:
                return self.respond(404, b"nothing here")
            return function(*parts[1:]) is not False

        def chunks(self):
            if self.fields.get("transfer-encoding") == "chunked":
                while size := int(self.input.readline(), 16):
                    yield self.input.read(size)
                    self.input.readline()
                self.input.readline()
                return
            remaining = int(self.fields.get("content-length", 0))
            while remaining:
                chunk = self.input.read(min(remaining, 65536))
                if not chunk:
                    raise ValueError("body ends early")
                remaining -= len(chunk)
                yield chunk

        def head(self, status, fields):
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            self.request.sendall(f"HTTP/1.1 {status} Reason\r\n{lines}\r\n".encode())

        def respond(self, status, body=b"", **fields):
            self.head(status, {"Content-Length": len(body)} | {n.replace("_", "-"): v for n, v in fields.items()})
            if self.method != "HEAD":
                self.request.sendall(body)
            return True

        def abort(self):
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.input.close()
            self.request.close()
            return False

        def do_echo(self):
            body = b"".join(self.chunks())
            framing = self.fields.get("transfer-encoding") or self.fields.get("content-length", "none")
            self.respond(200, body, X_Framing=framing, X_Method=self.method)

        def do_head(self, *rest):
            body = b"".join(self.chunks())
            self.respond(200, heads[-1].encode())

        def do_size(self, count):
            self.respond(200, pattern(int(count)))

        def do_table(self, name):
            if self.method == "GET":
                return self.respond(200, pattern(int(name)))
            marks["table"] = int(b"".join(self.chunks()))
            self.respond(201)

        def do_chunked(self, count):
            self.head(200, {"Transfer-Encoding": "chunked"})
            data = pattern(int(count))
            for start in range(0, len(data), 10000):
                chunk = data[start : start + 10000]
                self.request.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.request.sendall(b"0\r\nX-Trailer: 1\r\n\r\n")

        def do_flow(self, mark, count):
            "Sends much and marks how far it has come."
            self.head(200, {"Content-Length": count})
            data, sent = pattern(251 * 1000), 0
            while sent < int(count):
                start = sent % 251
                sent += self.request.send(data[start : start + int(count) - sent])
                marks[mark] = sent

        def do_sink(self, mark):
            "Reads a little, then nothing until it is released; marks how far it has come."
            got = 0
            marks[mark] = 0
            for chunk in self.chunks():
                while got == 0 and mark not in released:
                    time.sleep(0.02)
                got += len(chunk)
                marks[mark] = got
            self.respond(200, str(got).encode())

        def do_release(self, mark):
            released.add(mark)
            self.respond(200)

        def do_mark(self, mark):
            self.respond(200, str(marks.get(mark, 0)).encode())

        def do_stats(self):
            self.respond(200, json.dumps(counts).encode())

        def do_wait(self, seconds):
            time.sleep(float(seconds))
            self.respond(200, b"late")

        def do_trickle(self, count, delay):
            self.head(200, {"Content-Length": count})
            for _ in range(int(count)):
                time.sleep(float(delay))
                self.request.sendall(b"x")

        def do_stall(self):
            self.head(200, {"Content-Length": 1000})
            self.request.sendall(b"x" * 500)
            time.sleep(30)

        def do_interim(self):
            self.request.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            self.respond(200, b"final", X_Final="yes")

        def do_close_soon(self):
            self.respond(200, b"bye")
            return False

        def do_close_next(self):
            "Responds, and closes when the next request has come, as if the two had crossed."
            self.respond(200, b"bye")
            self.request.recv(1, socket.MSG_PEEK)
            return self.abort()

        def do_truncated(self):
            self.head(200, {"Content-Length": 1000})
            self.request.sendall(b"x" * 500)
            return False

        def do_truncated_chunked(self):
            self.head(200, {"Transfer-Encoding": "chunked"})
            self.request.sendall(b"1f4\r\n" + b"x" * 500 + b"\r\n")
            return False

        def do_reset(self):
            self.head(200, {"Content-Length": 1000})
            self.request.sendall(b"x" * 500)
            time.sleep(0.2)
            return self.abort()

        def do_hang_up(self):
            return False

        def do_garbage(self):
            self.request.sendall(b"SSH-2.0-OpenSSH_9.2\r\nwhatever this is\r\n\r\n")
            return False

        def do_fields(self, count, size):
            self.respond(200, b"", **{f"X_{n}": "v" * int(size) for n in range(int(count))})

        def do_refuse(self, status, how):
            "Responds with the body unread, and closes."
            if how.startswith("late"):
                self.input.read(1)
                time.sleep(0.3)
            if how == "drained":
                self.input.read(500000)
            fields = {"Connection": "close"} if how.startswith("said") else {}
            self.respond(int(status), b"no room", **fields)
            if how.endswith("reset"):
                return self.abort()
            self.request.shutdown(socket.SHUT_WR)
            return False

        def do_redirect(self):
            self.respond(307, b"", Location="http://elsewhere.invalid/")

        def do_big_lie(self):
            self.head(200, {"Content-Length": 9000000000000000000})
            self.request.sendall(b"x")
            return False

        def forward(self):
            if self.method == "CONNECT":
                host, _, port = self.target.rpartition(":")
            else:
                host, _, port = self.target.split("/")[2].partition(":")
            if host == "forbidden.example":
                return self.respond(403, b"forbidden")
            other = socket.create_connection((host if host != "inside.example" else "127.0.0.1", int(port)))
            if self.method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n")
            else:
                other.sendall(heads[-1].encode() + b"\r\n")
            def copy(source, target):
                try:
                    while data := source.recv(65536):
                        target.sendall(data)
                    target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
            thread = threading.Thread(target=copy, args=(other, self.request), daemon=True)
            thread.start()
            copy(self.request, other)
            thread.join()
            return False

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 1024

    mode = sys.argv[1]
    if mode == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    server = Server(("127.0.0.1", 0), Connection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    if mode == "proxy":
        for line in sys.stdin:
            print(json.dumps(heads), flush=True)
    sys.stdin.read()
    os._exit(0)
    """#
