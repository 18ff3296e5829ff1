/// A wrong line of a day.
struct DirtyLine: Sendable {
    let kind: DirtKind
    /// Position among the day's lines, from 0.
    let line: Int
    let transactionID: Int64
    let isFraud: Bool
}

/// A line that is to be repeated on a later day.
struct DelayedDuplicate: Sendable {
    let text: [UInt8]
    let dueDay: Int
    let transactionID: Int64
    let isFraud: Bool
}

/// The lines of one day, some of them wrong.
struct DirtyDayText: Sendable {
    let day: Int
    private(set) var bytes: [UInt8] = []
    private(set) var lines = 0
    private(set) var transactions = 0
    private(set) var frauds = 0
    private(set) var naturalZeroAmounts = 0
    private(set) var dirtyLines: [DirtyLine] = []
    private(set) var delayed: [DelayedDuplicate] = []

    /// - Parameter bounds: For each kind, in the order of `DirtKind.allCases`, the sum of the shares up to it.
    init(_ day: SimulatedDay, midnight: Int64, bounds: [Double], seed: UInt64) {
        self.day = day.day
        transactions = day.count
        bytes.reserveCapacity(day.count * 72)
        let text = RawTransactionText(day, midnight: midnight)
        let anyDirt = bounds.last ?? 0
        var nearDuplicates: [(dueRow: Int, duplicate: DelayedDuplicate)] = []
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: RawTransactionText.maximumLineLength) { scratch in
            guard let start = scratch.baseAddress else { return }
            for row in 0..<day.count {
                let line = UnsafeBufferPointer(start: start, count: text.write(row: row, to: start))
                let identifier = day.firstIdentifier + Int64(row)
                let isFraud = day.scenarios[row] != 0
                if isFraud { frauds += 1 }
                var choice = KeyedGenerator(seed: seed, .dirtKind, Int(identifier))
                let drawn = choice.uniform()
                if day.cents[row] == 0 {
                    naturalZeroAmounts += 1
                    append(line)
                } else if drawn >= anyDirt {
                    append(line)
                } else if let position = bounds.firstIndex(where: { drawn < $0 }) {
                    let kind = DirtKind.allCases[position]
                    var details = KeyedGenerator(seed: seed, .dirtDetails, Int(identifier))
                    let isNear = kind == .nearDuplicate
                    if isNear || kind == .farDuplicate {
                        let duplicate = DelayedDuplicate(
                            text: Array(line), dueDay: day.day + 1 + details.index(below: 60),
                            transactionID: identifier, isFraud: isFraud)
                        if isNear {
                            nearDuplicates.append((row + details.index(below: 50), duplicate))
                        } else {
                            delayed.append(duplicate)
                        }
                        append(line)
                    } else {
                        dirtyLines.append(
                            DirtyLine(kind: kind, line: lines, transactionID: identifier, isFraud: isFraud))
                        DirtyFields(line).soiled(kind, cents: day.cents[row], &details)
                            .withUnsafeBufferPointer { append($0) }
                    }
                }
                if !nearDuplicates.isEmpty {
                    for pending in nearDuplicates where pending.dueRow <= row {
                        append(pending.duplicate, kind: .nearDuplicate)
                    }
                    nearDuplicates.removeAll { $0.dueRow <= row }
                }
            }
        }
        for pending in nearDuplicates { append(pending.duplicate, kind: .nearDuplicate) }
    }

    /// Adds a duplicate of a line of this or an earlier day at the end.
    mutating func append(_ duplicate: DelayedDuplicate, kind: DirtKind) {
        dirtyLines.append(
            DirtyLine(kind: kind, line: lines, transactionID: duplicate.transactionID, isFraud: duplicate.isFraud))
        duplicate.text.withUnsafeBufferPointer { append($0) }
    }

    @inline(__always)
    private mutating func append(_ line: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: line)
        lines += 1
    }
}

/// The fields of a line that is about to become wrong.
private struct DirtyFields {
    private var fields: [[UInt8]]

    init(_ line: UnsafeBufferPointer<UInt8>) {
        fields = line.dropLast().split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    func soiled(_ kind: DirtKind, cents: Int64, _ generator: inout KeyedGenerator) -> [UInt8] {
        var soiled = self
        switch kind {
        case .nearDuplicate, .farDuplicate: break
        case .missingValue:
            // Mostly terminals, as in the course's files.
            let field = [3, 3, 3, 3, 4, 2, 1][generator.index(below: 7)]
            soiled.set(field, ["", "Err", "None", "NULL", "nan"][generator.index(below: 5)])
        case .unreadableDateTime:
            let isHour = generator.index(below: 2) == 0
            soiled.fields[1].replaceSubrange(isHour ? 11..<19 : 5..<7, with: (isHour ? "24:00:00" : "13").utf8)
        case .unknownCustomer: soiled.set(2, generator.index(below: 2) == 0 ? "-999999" : "-9999")
        case .nonPositiveAmount: soiled.set(4, ["0.00", "0.0", "-1.00", "-57.16"][generator.index(below: 4)])
        case .grossOutlier:
            let factor = Int64(100 + generator.index(below: 900))
            soiled.set(4, "\(cents / 100 * factor + 5_000).\(10 + cents % 90)")
        case .contradictingDay:
            let day = Int(String(decoding: fields[6], as: UTF8.self)) ?? 0
            soiled.set(6, "\(day + 1 + generator.index(below: 30))")
        case .malformedLine:
            switch generator.index(below: 3) {
            case 0: soiled.fields.removeLast(1 + generator.index(below: 7))
            case 1: soiled.fields.append(Array("0".utf8))
            default: soiled.fields = [Array("connection reset by peer".utf8)]
            }
        }
        return Array(soiled.fields.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "\n")]
    }

    private mutating func set(_ field: Int, _ text: String) { fields[field] = Array(text.utf8) }
}
