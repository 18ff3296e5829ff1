import Columnar
import Parallelism
public import StorageIO

/// Writes simulated transactions as the raw text files of the course: one file per 30 days named by its first day
/// (`2019-08-22.txt`), a header that starts with `#` and separates the names with bars, and dirt at chosen rates. All
/// dirt is listed in ``GroundTruth/fileName`` beside the files, which is written last.
public struct DirtWriter: Sendable {
    /// Days in a file.
    public static let daysPerFile = 30

    private let simulator: HandbookSimulator
    private let bounds: [Double]

    /// - Throws: ``SimulationError`` when a share is not between 0 and 1, or all together exceed 1.
    public init(simulator: HandbookSimulator, rates: DirtRates) throws(SimulationError) {
        try rates.check()
        self.simulator = simulator
        var sum = 0.0
        bounds = DirtKind.allCases.map { kind in
            sum += rates.shares[kind] ?? 0
            return sum
        }
    }

    /// Writes all files into a folder. Each file appears when it is complete.
    /// - Parameters:
    ///   - location: A folder. It may hold files of the same names, which are replaced, and names that start with `.` or
    ///     `_`.
    ///   - progress: Gets the number of lines written so far, some times a second.
    /// - Throws: `ObjectStoreError` with code `alreadyExists` when the folder holds other files, which would be read as
    ///   parts of the data set; errors of the store.
    @discardableResult
    public func write(
        to location: StorageLocation, threads: Int, progress: (@Sendable (_ lines: Int) -> Void)? = nil
    ) async throws -> GroundTruth {
        try await checkNothingElse(in: location)
        let chunks = simulator.chunks(threads: threads)
        let (midnight, bounds, seed) = (simulator.midnight, bounds, simulator.options.seed)
        let output = RawFileSequence(location: location, midnight: midnight, seed: seed)
        do {
            while let days = try await chunks.next() {
                let texts = try await onDedicatedThread(named: "raw text") { flag in
                    try inParallel(days.indices, threads: threads, flag) {
                        DirtyDayText(days[$0], midnight: midnight, bounds: bounds, seed: seed)
                    }
                }
                for text in texts {
                    try await output.append(text, isLast: text.day == simulator.options.days - 1)
                }
                progress?(await output.truth.lines)
            }
            return try await output.finish()
        } catch {
            await output.abort()
            throw error
        }
    }

    private func checkNothingElse(in location: StorageLocation) async throws {
        let names = Set(
            stride(from: 0, to: simulator.options.days, by: Self.daysPerFile).map {
                RawFileSequence.fileName(firstDay: $0, midnight: simulator.midnight)
            })
        for try await object in location.store.list(prefix: location.folderPrefix) {
            let name = String(decoding: object.key.path.utf8.dropFirst(location.folderPrefix.utf8.count), as: UTF8.self)
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") || $0.hasPrefix("_") }
            guard isHidden || names.contains(name) else {
                throw ObjectStoreError(
                    .alreadyExists, location: location.description,
                    message: "the folder holds \(name), which would be read as a part of the simulated data")
            }
        }
    }
}

/// The files of a raw data set, one after the other, and the truth about them.
private actor RawFileSequence {
    private let location: StorageLocation
    private let midnight: Int64
    private(set) var truth: GroundTruth
    private var writer: (any ObjectWriter)?
    private var linesInFile = 0
    /// By day, lines of earlier days to be repeated at that day's end.
    private var delayed: [Int: [DelayedDuplicate]] = [:]

    init(location: StorageLocation, midnight: Int64, seed: UInt64) {
        self.location = location
        self.midnight = midnight
        truth = GroundTruth(seed: seed)
    }

    static func fileName(firstDay day: Int, midnight: Int64) -> String {
        let date = CivilDateTime.text(microseconds: midnight + Int64(day) * CivilDateTime.microsecondsPerDay)
        return date.prefix(10) + ".txt"
    }

    func append(_ day: DirtyDayText, isLast: Bool) async throws {
        var day = day
        for duplicate in day.delayed { delayed[duplicate.dueDay, default: []].append(duplicate) }
        let due =
            isLast
            ? delayed.sorted { $0.key < $1.key }.flatMap(\.value) : delayed.removeValue(forKey: day.day) ?? []
        for duplicate in due { day.append(duplicate, kind: .farDuplicate) }

        let writer = try await writerForDay(day.day)
        try await writer.write(day.bytes)
        // The header is line 1.
        for dirty in day.dirtyLines { truth.record(dirty, line: linesInFile + dirty.line + 2) }
        linesInFile += day.lines
        truth.lines += day.lines
        truth.transactions += day.transactions
        truth.frauds += day.frauds
        truth.naturalZeroAmounts += day.naturalZeroAmounts
    }

    func finish() async throws -> GroundTruth {
        try await finishFile()
        try await location.store.put(truth.encoded(), to: location.key(GroundTruth.fileName))
        return truth
    }

    func abort() async { await writer?.abort() }

    private func writerForDay(_ day: Int) async throws -> any ObjectWriter {
        if let writer, day % DirtWriter.daysPerFile != 0 { return writer }
        try await finishFile()
        let name = Self.fileName(firstDay: day, midnight: midnight)
        let started = try await location.store.write(location.key(name))
        writer = started
        linesInFile = 0
        truth.files.append(GroundTruth.File(name: name, lines: 0))
        try await started.write(RawTransactionText.header)
        return started
    }

    private func finishFile() async throws {
        guard let finished = writer else { return }
        try await finished.finish()
        writer = nil
        truth.files[truth.files.count - 1].lines = linesInFile
    }
}
