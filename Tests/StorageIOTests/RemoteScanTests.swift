import Columnar
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Reading some columns of a Parquet file in S3 transfers little more than their bytes.
@Suite struct RemoteScanTests {
    /// Passes on a client's responses, and counts the bytes of bodies.
    private final class CountingSender: HTTPSending {
        private let client: TransportClient
        private let counts = Lock((requests: 0, bytes: 0))

        init(_ client: TransportClient) { self.client = client }

        var received: (requests: Int, bytes: Int) { counts.withLock { $0 } }

        func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse {
            let response = try await client.send(request, maximumBodyBytes: maximumBodyBytes)
            counts.withLock { $0 = ($0.requests + 1, $0.bytes + response.body.count) }
            return response
        }

        func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse {
            try await client.stream(request)
        }
    }

    @Test(.needs(.s3, .python)) func twoOfNineColumns() async throws {
        var generator = SeededGenerator(seed: 11)
        let rows = 1_500_000
        let names = (0..<9).map { "column\($0)" }
        let batch = try RecordBatch(
            names.map { name in
                (name, Column.int64((0..<rows).map { _ in Int64(truncatingIfNeeded: generator.next() >> 20) }))
            })
        let server = try TestServers.s3()
        let bucket = try S3TestServer.newBucket()
        let location = StorageLocation(
            store: try S3TestServer.store(bucket: bucket), uri: try StorageURI("s3://\(bucket)/t.parquet"))
        try await DataSet.write(
            AsyncThrowingStream { continuation in
                continuation.yield(batch)
                continuation.finish()
            }, schema: batch.schema, to: location,
            options: DataSetWriteOptions(parquet: ParquetWriteOptions(rowGroupRows: 200_000)))
        let size = try await location.store.head(location.key()).size

        let sender = try CountingSender(S3TestServer.http.get())
        let store = try S3ObjectStore(
            bucket: bucket,
            configuration: S3Configuration(
                endpoint: "http://\(server.authority)",
                credentials: StaticCredentialProvider(AWSCredentials(server.admin))), http: sender)
        let dataSet = try await DataSet.open(StorageLocation(store: store, uri: location.uri))
        var sum: Int64 = 0
        for try await part in dataSet.batches(columns: ["column2", "column7"]) {
            for column in part.columns {
                guard case .int64(let values) = column.storage else { continue }
                for value in values { sum &+= value }
            }
        }
        var expected: Int64 = 0
        for index in [2, 7] {
            guard case .int64(let values) = batch.columns[index].storage else { continue }
            for value in values { expected &+= value }
        }
        #expect(sum == expected)
        // Random numbers: all nine columns take the same.
        let wanted = Double(size) * 2 / 9
        let received = sender.received
        #expect(Double(received.bytes) <= 1.2 * wanted, "\(received.bytes) bytes for \(Int(wanted))")
        #expect(received.requests <= 3 + 2 * 8, "\(received.requests) requests")
    }
}
