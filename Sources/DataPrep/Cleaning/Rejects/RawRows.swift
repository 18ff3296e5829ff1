import Parallelism
import StorageIO

/// Reads the inputs a second time for the text of rows that were rejected.
actor RawRows<Format: CleaningFormat> {
    private let source: CleaningJobSource<Format>
    private let names: [String]
    private var job: CleaningJob<Format.Content>?
    /// The line, or row, that is the job's first.
    private var firstLine = 0
    private var lineCount = 0

    /// - Parameter names: of the inputs, for messages.
    init(_ source: CleaningJobSource<Format>, names: [String]) {
        self.source = source
        self.names = names
    }

    /// The texts of lines of an input; requested in the order of inputs and lines.
    /// - Parameter lines: ascending.
    func texts(input: Int, lines: [Int]) async throws -> [String] {
        var texts: [String] = []
        while texts.count < lines.count {
            try Task.checkCancellation()
            if let job, job.input == input, lines[texts.count] < firstLine + lineCount {
                let wanted = lines[texts.count...].prefix { $0 < firstLine + lineCount }.map { $0 - firstLine }
                texts += try await onDedicatedThread(named: "clean") { _ in
                    job.content.texts(ofLines: wanted, limit: RejectedRows.rawTextLimit)
                }
            } else {
                try await advance(towards: input)
            }
        }
        return texts
    }

    private func advance(towards input: Int) async throws {
        let last = job
        if let last, last.input < input { await source.skipRest(ofInput: last.input) }
        guard let next = try await source.next(), next.input <= input else {
            throw ObjectStoreError(
                .modified, location: names[input], message: "a rejected row is missing when the input is read again"
            )
        }
        firstLine = next.input == last?.input ? firstLine + lineCount : next.firstLine
        lineCount = try await onDedicatedThread(named: "clean") { _ in next.content.lineCount }
        job = next
    }
}
