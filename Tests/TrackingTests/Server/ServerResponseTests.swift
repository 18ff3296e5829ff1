import Foundation
import TestSupport
import Testing
import Tracking

/// Responses of servers, whatever they contain: read as MLflow means them, or refused with a typed error.
@Suite(.needs(.python)) struct ServerResponseTests {
    /// Responds to every request with the next of the bodies in its folder.
    private static let program = #"""
        import http.server, os, sys, threading, time
        folder = sys.argv[1]
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, wbufsize = "HTTP/1.1", -1
            def log_message(self, *arguments): pass
            def respond(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with open(folder + "body", "rb") as file: body = file.read()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            do_GET = do_POST = respond
        """#

    private static let run = #"""
        {"run": {"info": {"run_uuid": "ab", "experiment_id": "1", "run_name": "n\u00e9\ud83e\udd8a", "user_id": "u",
        "status": "FINISHED", "start_time": "9007199254740993", "end_time": 9007199254740993, "artifact_uri": "s3://b/a",
        "lifecycle_stage": "active", "run_id": "ab"}, "data": {"metrics": [
        {"key": "nan", "value": "NaN", "timestamp": 1, "step": "-2"}, {"key": "bare", "value": NaN, "timestamp": "1"},
        {"key": "inf", "value": Infinity, "timestamp": 1, "step": 2}, {"key": "ninf", "value": "-Infinity", "timestamp": 1},
        {"key": "bareninf", "value": -Infinity, "timestamp": 1}, {"key": "whole", "value": 3, "timestamp": 1e0},
        {"key": "tiny", "value": 5e-324, "timestamp": -1, "step": 9223372036854775807}],
        "params": [{"key": "p", "value": "q\n\"\\\/"}, {"key": "empty"}], "tags": [{"key": "t", "value": "u"}]},
        "inputs": {"dataset_inputs": [{"tags": [{"key": "mlflow.data.context", "value": "train"}],
        "dataset": {"name": "d", "digest": "x", "source_type": "local", "source": "{}"}}]}, "unknown": [[[{}]], null]}}
        """#

    @Test func numbersComeInAllForms() async throws {
        let server = try PythonProgram(Self.program)
        let store = try RESTTrackingStore(uri: "http://\(server.authority)")
        try Data(Self.run.utf8).write(to: URL(filePath: server.folder.path("body")))
        let record = try await store.run(id: "ab")
        #expect(record.name == "né🦊" && record.startTime == 9_007_199_254_740_993 && record.endTime == record.startTime)
        #expect(record.metrics["nan"]?.value.isNaN == true && record.metrics["bare"]?.value.isNaN == true)
        #expect(record.metrics["inf"]?.value == .infinity && record.metrics["ninf"]?.value == -.infinity)
        #expect(record.metrics["bareninf"]?.value == -.infinity && record.metrics["whole"]?.value == 3)
        #expect(record.metrics["nan"]?.step == -2 && record.metrics["tiny"]?.step == .max)
        #expect(record.metrics["tiny"]?.value == .leastNonzeroMagnitude)
        #expect(record.parameters == ["p": "q\n\"\\/", "empty": ""] && record.inputs.first?.context == "train")
        try await store.close()
    }

    /// Cut at every byte, and mutated two thousand times.
    @Test func damagedResponsesAreReadOrRefused() async throws {
        let server = try PythonProgram(Self.program)
        let store = try RESTTrackingStore(uri: "http://\(server.authority)")
        let whole = Array(Self.run.utf8)
        var bodies: [[UInt8]] = (0..<whole.count).map { Array(whole[..<$0]) }
        var generator = SeededGenerator(seed: 5)
        let chunks = [
            "{", "}", "[", "]", "\"", "\\u", "\\ud83e", ":", ",", "-", "1e999", "null", "\u{0}", "9", "true", "\n",
        ]
        for _ in 0..<2000 {
            var body = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let location = Int.random(in: 0..<body.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: body[location] = UInt8.random(in: 0...255, using: &generator)
                case 1: body.remove(at: location)
                case 2:
                    let chunk = chunks[Int.random(in: 0..<chunks.count, using: &generator)]
                    body.insert(contentsOf: chunk.utf8, at: location)
                default:
                    let end = min(body.count, location + Int.random(in: 1...40, using: &generator))
                    body.removeSubrange(location..<end)
                }
            }
            bodies.append(body)
        }
        bodies.append(Array(String(repeating: "[", count: 100_000).utf8))
        bodies.append(Array((String(repeating: "{\"a\":", count: 100_000) + "1").utf8))
        var (read, refused) = (0, 0)
        for body in bodies {
            try Data(body).write(to: URL(filePath: server.folder.path("body")))
            do {
                _ = try await store.run(id: "ab")
                read += 1
            } catch let error as TrackingError {
                #expect(error.code == .incompatibleServer)
                refused += 1
            }
        }
        // A truncated body is never taken for a whole one.
        #expect(read + refused == bodies.count && refused > whole.count && read > 100)
        try await store.close()
    }
}
