import Foundation
import TestSupport
import Testing

@Suite(.needs(.python)) struct FaultProxyTests {
    /// Runs curl; returns its exit code, the response's status, and how many bytes of body it got.
    private func curl(_ arguments: [String]) throws -> (code: Int, status: Int, bytes: Int) {
        let script = "curl -s -o /dev/null --noproxy '*' -w '%{http_code} %{size_download}' \"$@\"; echo \" $?\""
        let words = try Oracle.execute("/bin/sh", ["-c", script, "sh"] + arguments)
            .split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        try #require(words.count == 3)
        return (words[2], words[0], words[1])
    }

    /// Requests of all kinds over one client, and their responses.
    private static let conversation = """
        import hashlib, json, sys, httpx
        client, results = httpx.Client(trust_env=False), []
        def chunks():
            for size in (10, 100_000, 1): yield b'p' * size
        for method, target, content in [
            ('GET', '/length/0', None), ('GET', '/length/30000', None), ('GET', '/chunked', None), ('HEAD', '/length/9', None),
            ('GET', '/empty', None), ('PUT', '/echo', b'e' * 3_000_000), ('POST', '/echo', chunks()), ('GET', '/close', None),
            ('DELETE', '/empty', None), ('GET', '/moved', None)]:
            response = client.request(method, sys.argv[1] + target, content=content, headers={'Host': 'signed:1'})
            names = ('content-length', 'transfer-encoding', 'host', 'location')
            results.append([response.status_code, hashlib.md5(response.content).hexdigest()]
                + [response.headers.get(name) for name in names])
        print(json.dumps(results))
        """

    @Test func withoutFaultsAClientSeesTheServerUnchanged() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority)
        let direct = try Oracle.run(Self.conversation, ["http://\(server.authority)"])
        let before = server.executed
        #expect(try Oracle.run(Self.conversation, ["http://\(proxy.authority)"]) == direct)
        #expect(direct.contains("signed:1") && before.count == 10)
        #expect(server.executed == before + before)
        let counters = proxy.counters
        #expect(counters.requests == 10 && counters.faults.isEmpty && counters.serverFailures == 0)
        // Kept alive; only the response without a length ends the connection.
        #expect(counters.connections == 2)
        #expect((3_100_011..<3_110_000).contains(counters.bytesFromClient))
        #expect((4_000_013..<4_010_000).contains(counters.bytesToClient))
    }

    @Test func curlsExpectationsAreMet() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority)
        let folder = try TemporaryFolder()
        try Data(repeating: 7, count: 5_000_000).write(to: folder.url.appending(path: "body"))
        let upload = ["-H", "Expect: 100-continue", "--expect100-timeout", "20", "-T", folder.path("body")]
        let began = ContinuousClock.now
        let taken = try curl(upload + ["http://\(proxy.authority)/echo"])
        #expect(taken == (0, 200, 5_000_000))
        #expect(try curl(upload + ["http://\(proxy.authority)/refused"]) == (0, 403, 7))
        #expect(ContinuousClock.now - began < .seconds(15))
        // Refused without `Expect`: the response comes while the body is still being sent.
        let bold = try curl(["-H", "Expect:", "-T", folder.path("body"), "http://\(proxy.authority)/refused"])
        #expect(bold.status == 403)
        #expect(server.executed == ["PUT /echo 5000000"])
        #expect(try curl(["-0", "http://\(proxy.authority)/length/7"]) == (0, 200, 70))
    }

    /// What curl reports for each fault (its exit codes: 1 not HTTP, 18 only a part, 28 timeout, 52 nothing, 56 reset),
    /// and whether the server executed the request.
    @Test(
        arguments: [
            (Fault.resetBeforeReading, [56], 0, 0...0, false), (.resetAfterReading, [56], 0, 0...0, false),
            (.loseResponse, [56], 0, 0...0, true), (.resetInResponse, [56], 200, 100_000...100_000, true),
            (.truncateResponse, [18], 200, 100_000...100_000, true), (.stall(.seconds(30)), [28], 0, 0...0, false),
            (.stallInResponse(.seconds(30)), [28], 200, 100_000...100_000, true),
            (.response(status: 503, retryAfter: 1), [0], 503, 0...0, false),
            (.response(status: 500), [0], 500, 0...0, false),
            (.garbage, [1, 8], 0, 0...0, false),
            (.slowResponse(bytesPerSecond: 20_000), [28], 200, 10_000...60_000, true),
        ] as [(Fault, [Int], Int, ClosedRange<Int>, Bool)])
    func everyFaultIsWhatItSays(
        fault: Fault, codes: [Int], status: Int, bytes: ClosedRange<Int>, executed: Bool
    ) throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority) { $0.count == 1 ? fault : nil }
        let address = "http://\(proxy.authority)/length/20000"
        let outcome = try curl(["-m", "2", "--data-binary", "something", "-X", "PUT", address])
        #expect(codes.contains(outcome.code) && outcome.status == status && bytes.contains(outcome.bytes))
        #expect(server.executed == (executed ? ["PUT /length/20000 9"] : []))
        #expect(proxy.counters.faults == [fault.kind: 1])
        #expect(try curl(["-X", "PUT", address]) == (0, 200, 200_000))
        #expect(proxy.requests.map(\.count) == [1, 2])
    }

    @Test func responsesWithoutALengthAreCutToo() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority) { _ in .truncateResponse }
        let chunked = try curl(["http://\(proxy.authority)/chunked"])
        #expect(chunked.code == 18 && (1...100_000).contains(chunked.bytes))
        // Without a body, the head is truncated. curl takes that for a response, so this uses a plain connection.
        let received = try Oracle.run(
            """
            import socket, sys
            connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
            connection.sendall(b'GET /empty HTTP/1.1\\r\\nHost: signed\\r\\n\\r\\n')
            data = b''
            while chunk := connection.recv(1000): data += chunk
            print(data.startswith(b'HTTP/1.1 204 '), data.endswith(b'\\r\\n\\r\\n'))
            """, [String(proxy.authority.split(separator: ":")[1])])
        #expect(received == "True False\n")
    }

    @Test func retryAfterAndSlowRequestsArrive() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority) {
            $0.method == "GET" ? .response(status: 503, retryAfter: 7) : .slowRequest(bytesPerSecond: 50_000)
        }
        let head = try Oracle.execute(
            "/usr/bin/env", ["curl", "-s", "--noproxy", "*", "-i", "http://\(proxy.authority)/length/1"])
        #expect(head.hasPrefix("HTTP/1.1 503") && head.contains("Retry-After: 7\r\n"))
        let folder = try TemporaryFolder()
        try Data(repeating: 7, count: 50_000).write(to: folder.url.appending(path: "body"))
        let began = ContinuousClock.now
        #expect(try curl(["-T", folder.path("body"), "http://\(proxy.authority)/echo"]) == (0, 200, 50_000))
        #expect(ContinuousClock.now - began > .milliseconds(900))
    }

    @Test func redirectsLeadToTheOtherProxy() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority, redirects: ["127.0.0.1:1": "127.0.0.1:2"])
        let response = try Oracle.execute(
            "/usr/bin/env", ["curl", "-s", "--noproxy", "*", "-i", "http://\(proxy.authority)/moved"])
        #expect(response.contains("Location: http://127.0.0.1:2/there?x=127.0.0.1:1\r\n"))
    }

    @Test func aServerThatIsGoneIsAReset() throws {
        let server = try PythonHTTPServer()
        let gone = try FaultProxy(server.authority)
        let proxy = try FaultProxy(gone.authority)
        gone.stop()
        #expect(try curl(["http://\(proxy.authority)/length/1"]).code == 56)
        #expect(proxy.counters.serverFailures == 1)
    }

    @Test func stoppingEndsRequestsInProgress() throws {
        let server = try PythonHTTPServer()
        let proxy = try FaultProxy(server.authority) { _ in .stall(.seconds(600)) }
        let client = Process()
        client.executableURL = URL(filePath: "/usr/bin/env")
        client.arguments = ["curl", "-s", "--noproxy", "*", "http://\(proxy.authority)/length/1"]
        try client.run()
        while proxy.counters.requests == 0 { Thread.sleep(forTimeInterval: 0.01) }
        proxy.stop()
        client.waitUntilExit()
        #expect(client.terminationStatus != 0)
        #expect(try curl(["http://\(proxy.authority)/length/1"]).code == 7)
    }
}
