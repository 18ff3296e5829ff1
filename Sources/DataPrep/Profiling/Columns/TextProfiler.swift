import Columnar
import Essentials

/// Makes the profile of a column of texts or bytes.
///
/// Texts are known by a 64-bit hash: two of 100,000 are taken for one with a chance of 1 in 3 billion. While all are in the table,
/// each is examined once, however often it occurs.
struct TextProfiler: Sendable {
    private var markers = MissingMarkers()
    private var count = 0
    private var order = OrderTracker()
    private var previous: [UInt8] = []
    private var values = ValueCounts()
    private var arena = TextArena()
    private var forms = FormCounts()
    private var sample = TextSample()
    private var shortest = Int.max
    private var longest = 0

    mutating func add(_ column: Column) {
        guard case .bytes(let texts) = column.storage else { return }
        let validity = column.validity
        texts.bytes.withUnsafeBytes { bytes in
            texts.offsets.withUnsafeBufferPointer { offsets in
                var earlier: UnsafeRawBufferPointer?
                for row in 0..<column.count {
                    if let validity, !validity[row] { continue }
                    let text = UnsafeRawBufferPointer(rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])])
                    if markers.count(text) { continue }
                    count += 1
                    if !order.isSettled {
                        let comparison =
                            earlier.map { Self.compare(text, $0) }
                            ?? previous.withUnsafeBytes { Self.compare(text, $0) }
                        order.add(comparison: comparison)
                        earlier = text
                    }
                    add(text)
                }
                // The batch's memory ends with it.
                if let earlier { previous = Array(earlier) }
            }
        }
    }

    @inline(__always)
    private mutating func add(_ text: UnsafeRawBufferPointer) {
        let hash = ByteHash.hash(text)
        if values.count(hash) {
            if !values.isExact { forms.add(text, count: 1) }
            return
        }
        addNew(hash, text)
    }

    private mutating func addNew(_ hash: UInt64, _ text: UnsafeRawBufferPointer) {
        shortest = min(shortest, text.count)
        longest = max(longest, text.count)
        sample.add(hash, UnsafeRawBufferPointer(rebasing: text.prefix(TextArena.textLimit)))
        if values.isFull || arena.isFull {
            if values.isExact { forms = countedForms }
            values.makeRoom()
            let all = arena
            var kept = TextArena()
            values.replacePayloads { kept.append(all.text($0), isValid: all.isValid($0)) }
            arena = kept
        }
        values.insert(hash, payload: arena.append(text))
        if !values.isExact { forms.add(text, count: 1) }
    }

    /// The forms of all texts in the table, each as often as it occurs.
    private var countedForms: FormCounts {
        var forms = FormCounts()
        for entry in values.entries {
            arena.withText(entry.payload) { forms.add($0, isValid: arena.isValid(entry.payload), count: entry.count) }
        }
        return forms
    }

    private static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let leftStart = left.baseAddress, let rightStart = right.baseAddress {
            let difference = memcmp(leftStart, rightStart, common)
            if difference != 0 { return Int(difference) }
        }
        return left.count - right.count
    }

    func profile(_ field: Field, rows: Int, nulls: Int) -> ColumnProfile {
        let forms = values.isExact ? countedForms : forms
        let distinct = values.distinct(of: count)
        var profile = ColumnProfile(
            name: field.name, type: field.type.description, count: count, missing: rows - count, nulls: nulls,
            markers: markers.profile, distinct: distinct,
            isConstant: rows > 1 && count == rows && distinct.isExact && distinct.count == 1, order: order.order,
            quantiles: [], quantileError: 0,
            mostFrequent: values.mostFrequent(10).map { entry in
                ValueCount(value: .text(arena.string(entry.payload)), count: entry.count)
            }, countError: values.countError,
            text: TextProfile(
                shortest: count > 0 ? shortest : nil, longest: count > 0 ? longest : nil, malformed: forms.malformed,
                integers: share(forms.integers), decimalsWithPoint: share(forms.decimalsWithPoint),
                decimalsWithComma: share(forms.decimalsWithComma), hexadecimals: share(forms.hexadecimals)),
            histogram: [])
        profile.sampledTexts = sample.strings
        return profile
    }

    private func share(_ part: Int) -> Double { count > 0 ? Double(part) / Double(count) : 0 }
}

/// How many texts have each form.
private struct FormCounts: Sendable {
    private(set) var integers = 0
    private(set) var decimalsWithPoint = 0
    private(set) var decimalsWithComma = 0
    private(set) var hexadecimals = 0
    private(set) var malformed = 0

    mutating func add(_ text: UnsafeRawBufferPointer, count: Int) {
        add(text, isValid: TextArena.isValidUTF8(text), count: count)
    }

    mutating func add(_ text: UnsafeRawBufferPointer, isValid: Bool, count: Int) {
        if !isValid { malformed += count }
        let form = TextForm(text)
        if form.isEmpty { return }
        if form.contains(.integer) { integers += count }
        if form.contains(.decimalWithPoint) { decimalsWithPoint += count }
        if form.contains(.decimalWithComma) { decimalsWithComma += count }
        if form.contains(.hexadecimal) { hexadecimals += count }
    }
}
