import Essentials
import ModelKit
import StorageIO

/// The files of a Spark ML `PipelineModel`, by their paths from its folder.
struct SparkFiles {
    /// What `metadata/part-00000` says of a pipeline or stage.
    struct Metadata: Decodable {
        let `class`: String
        let uid: String
        let sparkVersion: String
        private let paramMap: Parameters
        private let defaultParamMap: Parameters?
        let numClasses: Int?

        /// A parameter that is set, or its default.
        func parameter<Value>(_ path: KeyPath<Parameters, Value?>) -> Value? {
            paramMap[keyPath: path] ?? defaultParamMap?[keyPath: path]
        }
    }

    /// The parameters that count for prediction.
    struct Parameters: Decodable {
        let stageUids: [String]?
        let inputCol: String?
        let outputCol: String?
        let inputCols: [String]?
        let outputCols: [String]?
        let featuresCol: String?
        let handleInvalid: String?
        let dropLast: Bool?
        let withMean: Bool?
        let withStd: Bool?
        let threshold: Double?
    }

    let files: [String: [UInt8]]

    static func error(_ path: String, _ problem: String) -> ModelError { .malformedModel("\(path): \(problem)") }

    /// - Parameter folder: empty, or with a slash at its end.
    func metadata(in folder: String) throws -> Metadata {
        let prefix = folder + "metadata/part-"
        guard let (path, bytes) = files.filter({ $0.key.hasPrefix(prefix) }).min(by: { $0.key < $1.key }) else {
            throw Self.error(folder + "metadata", "there is no such file; is this a PipelineModel of Spark ML?")
        }
        do {
            return try JSONDecoder().decode(Metadata.self, from: Data(bytes))
        } catch {
            throw Self.error(path, "\(error)")
        }
    }

    /// The folder of a stage: `stages/2_UID/`, with leading zeros where there are many.
    func folder(ofStage uid: String) throws -> String {
        let names = Set(
            files.keys.compactMap { path -> String? in
                let parts = path.split(separator: "/")
                guard parts.count > 2, parts[0] == "stages", let mark = parts[1].firstIndex(of: "_"),
                    parts[1][..<mark].allSatisfy(\.isNumber), parts[1][parts[1].index(after: mark)...] == uid
                else { return nil }
                return String(parts[1])
            })
        guard names.count == 1, let name = names.first else {
            throw Self.error("stages", "\(names.count) folders of the stage '\(uid)'")
        }
        return "stages/\(name)/"
    }

    /// The tables that Spark wrote into a folder, as one.
    func table(_ folder: String) async throws -> SparkTable {
        var readers: [ParquetReader] = []
        let prefix = folder + "part-"
        for (path, bytes) in files.sorted(by: { $0.key < $1.key })
        where path.hasPrefix(prefix) && path.hasSuffix(".parquet") {
            readers.append(try await ParquetReader.open(InMemoryInput(bytes, name: path)))
        }
        guard !readers.isEmpty else { throw Self.error(folder, "there is no Parquet file") }
        return SparkTable(readers: readers, path: folder)
    }
}

/// Rows of numbers and lists of numbers, and Spark's vectors and matrices.
struct SparkTable {
    let readers: [ParquetReader]
    let path: String

    func has(_ leaf: String) -> Bool { readers.allSatisfy { $0.hasLeaf(leaf) } }

    /// Each row's numbers.
    func lists(_ leaf: String) async throws -> [[Double]] {
        var rows: [[Double]] = []
        for reader in readers { rows += try await reader.numbers(ofLeaf: leaf) }
        return rows
    }

    /// Each row's number.
    func numbers(_ leaf: String) async throws -> [Double] {
        var numbers: [Double] = []
        for list in try await lists(leaf) {
            guard list.count == 1 else { throw SparkFiles.error(path, "\(leaf) has \(list.count) values in a row") }
            numbers.append(list[0])
        }
        return numbers
    }

    func integers(_ leaf: String) async throws -> [Int] {
        var integers: [Int] = []
        for number in try await numbers(leaf) {
            guard let integer = Int(exactly: number) else { throw SparkFiles.error(path, "\(leaf) is \(number)") }
            integers.append(integer)
        }
        return integers
    }

    /// The vector of the only row: `VectorUDT`, dense (type 1) or sparse (type 0).
    func vector(_ name: String, count: Int) async throws -> [Double] {
        let values = try await lists(name + ".values").first ?? []
        if try await integers(name + ".type").first == 1 {
            guard values.count == count else { throw wrongCount(name, values.count, count) }
            return values
        }
        return try await scattered(values, lists(name + ".indices").first ?? [], name, count: count)
    }

    /// The only row of a matrix of one row: `MatrixUDT`, dense (type 1) or compressed by columns or rows (type 0).
    func matrixRow(_ name: String, count: Int) async throws -> [Double] {
        let rows = try await integers(name + ".numRows").first, columns = try await integers(name + ".numCols").first
        guard rows == 1, columns == count else {
            throw SparkFiles.error(path, "\(name) is \(rows ?? 0) x \(columns ?? 0), expected 1 x \(count)")
        }
        let values = try await lists(name + ".values").first ?? []
        if try await integers(name + ".type").first == 1 {
            guard values.count == count else { throw wrongCount(name, values.count, count) }
            return values
        }
        if try await numbers(name + ".isTransposed").first == 1 {
            return try await scattered(values, lists(name + ".rowIndices").first ?? [], name, count: count)
        }
        let starts = try await lists(name + ".colPtrs").first ?? []
        guard starts.count == count + 1 else { throw wrongCount(name, starts.count - 1, count) }
        let columnsWithValues = (0..<count).filter { starts[$0] < starts[$0 + 1] }.map { Double($0) }
        return try scattered(values, columnsWithValues, name, count: count)
    }

    private func scattered(
        _ values: [Double], _ indices: [Double], _ name: String, count: Int
    ) throws -> [Double] {
        guard values.count == indices.count else { throw wrongCount(name, values.count, indices.count) }
        var result = [Double](repeating: 0, count: count)
        for (value, index) in zip(values, indices) {
            guard let position = Int(exactly: index), result.indices.contains(position) else {
                throw SparkFiles.error(path, "\(name) has index \(index) of \(count)")
            }
            result[position] = value
        }
        return result
    }

    private func wrongCount(_ name: String, _ count: Int, _ expected: Int) -> ModelError {
        SparkFiles.error(path, "\(name) has \(count) values, expected \(expected)")
    }
}
