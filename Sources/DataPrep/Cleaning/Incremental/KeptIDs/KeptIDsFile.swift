import Checksums
import Parallelism
package import StorageIO

/// A stored set of ids, of which only the requested blocks are read. One task uses it at a time.
package actor KeptIDsFile<ID: KeptID> {
    private let input: any RandomAccessInput
    private let index: [KeptIDsFormat<ID>.Block]
    /// The number of ids.
    package nonisolated let count: UInt64
    /// The block that was read last.
    private var current: (number: Int, intervals: [IDInterval<ID>])?

    private init(input: any RandomAccessInput, index: [KeptIDsFormat<ID>.Block], count: UInt64) {
        self.input = input
        self.index = index
        self.count = count
    }

    /// - Throws: ``IncrementalCleaningError/damagedState(object:reason:)``, ``IncrementalCleaningError/newerState(object:version:known:)``.
    package static func open(_ input: any RandomAccessInput) async throws -> KeptIDsFile<ID> {
        func damaged(_ reason: String) -> IncrementalCleaningError { .damagedState(object: input.name, reason: reason) }
        let frame = Int64(KeptIDsFormat<ID>.headerSize + KeptIDsFormat<ID>.trailerSize)
        guard input.size >= frame else { throw damaged("it is cut off") }
        let header = try await input.read(0..<Int64(KeptIDsFormat<ID>.headerSize))
        guard header.starts(with: KeptIDsFormat<ID>.magic) else { throw damaged("it holds no ids") }
        let version = KeptIDsFormat<ID>.number(UInt32.self, header[...], at: 8)
        let known = Int128.formatVersion
        guard version <= known else {
            throw IncrementalCleaningError.newerState(object: input.name, version: Int(version), known: Int(known))
        }
        guard version == ID.formatVersion else { throw damaged("it holds ids of another length") }
        let trailer = try await input.read(input.size - Int64(KeptIDsFormat<ID>.trailerSize)..<input.size)
        let offset = KeptIDsFormat<ID>.number(UInt64.self, trailer[...], at: 0)
        let blocks = KeptIDsFormat<ID>.number(UInt64.self, trailer[...], at: 8)
        guard trailer.suffix(4) == KeptIDsFormat<ID>.endMagic[...], blocks < 1 << 32,
            offset == UInt64(input.size - Int64(KeptIDsFormat<ID>.trailerSize))
                &- blocks &* UInt64(KeptIDsFormat<ID>.indexEntrySize), offset >= UInt64(KeptIDsFormat<ID>.headerSize)
        else { throw damaged("it is cut off") }
        let entries = try await input.read(Int64(offset)..<input.size - Int64(KeptIDsFormat<ID>.trailerSize))
        let sum = CRC32C.checksum(entries + trailer.prefix(24))
        guard sum == KeptIDsFormat<ID>.number(UInt32.self, trailer[...], at: 24) else {
            throw damaged("its checksum does not match")
        }
        let size = MemoryLayout<ID>.size
        let index = (0..<Int(blocks)).map { number in
            let at = number * KeptIDsFormat<ID>.indexEntrySize
            return KeptIDsFormat<ID>.Block(
                first: KeptIDsFormat<ID>.number(ID.self, entries[...], at: at),
                last: KeptIDsFormat<ID>.number(ID.self, entries[...], at: at + size),
                offset: KeptIDsFormat<ID>.number(UInt64.self, entries[...], at: at + 2 * size),
                byteCount: KeptIDsFormat<ID>.number(UInt32.self, entries[...], at: at + 2 * size + 8),
                checksum: KeptIDsFormat<ID>.number(UInt32.self, entries[...], at: at + 2 * size + 12))
        }
        return KeptIDsFile(
            input: input, index: index, count: KeptIDsFormat<ID>.number(UInt64.self, trailer[...], at: 16))
    }

    package var blockCount: Int { index.count }

    /// Which of the ids are in this set.
    package func intersection(with ids: [IDInterval<ID>]) async throws -> [IDInterval<ID>] {
        var result: [IDInterval<ID>] = []
        var rest = ids[...]
        while let next = rest.first {
            let block = firstBlock(reaching: next.first)
            guard block < index.count else { break }
            let range = index[block]
            guard range.first <= next.last else {
                // Ids between two blocks are not requested.
                rest = rest.drop { $0.last < range.first }
                continue
            }
            let asked = Array(rest.prefix { $0.first <= range.last })
            result += IDIntervals.intersection(asked, try await intervals(ofBlock: block))
            // The last one may reach into the next block.
            rest = rest.drop { $0.last <= range.last }
            if let reaching = rest.first, reaching.first <= range.last {
                rest[rest.startIndex].first = range.last + 1
            }
        }
        return result
    }

    package func intervals(ofBlock number: Int) async throws -> [IDInterval<ID>] {
        if let current, current.number == number { return current.intervals }
        let block = index[number]
        let bytes = try await input.read(Int64(block.offset)..<Int64(block.offset) + Int64(block.byteCount))
        guard let intervals = try await BlockingPool.files.run({ KeptIDsFormat<ID>.intervals(bytes, block) }) else {
            throw IncrementalCleaningError.damagedState(object: input.name, reason: "its checksum does not match")
        }
        current = (number, intervals)
        return intervals
    }

    /// The first block whose last id is not below an id.
    private func firstBlock(reaching id: ID) -> Int {
        var low = 0, high = index.count
        while low < high {
            let middle = (low + high) / 2
            if index[middle].last < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension KeptIDsFile {
    /// Writes the ids of several disjoint sets as one.
    package static func merge(_ files: [KeptIDsFile<ID>], to writer: KeptIDsWriter<ID>) async throws {
        var blocks = [Int](repeating: 0, count: files.count)
        var pending = [ArraySlice<IDInterval<ID>>](repeating: [], count: files.count)
        while true {
            try Task.checkCancellation()
            for (number, file) in files.enumerated() where pending[number].isEmpty {
                guard blocks[number] < (await file.blockCount) else { continue }
                pending[number] = try await file.intervals(ofBlock: blocks[number])[...]
                blocks[number] += 1
            }
            guard !pending.allSatisfy(\.isEmpty) else { return }
            // No smaller id can follow up to the end of the block that ends first.
            let (merged, rest) = try await BlockingPool.files.run { [pending] in mergedUpToAnEnd(pending) }
            pending = rest
            try await writer.append(merged)
        }
    }

    private static func mergedUpToAnEnd(
        _ lists: [ArraySlice<IDInterval<ID>>]
    ) -> (merged: [IDInterval<ID>], rest: [ArraySlice<IDInterval<ID>>]) {
        var lists = lists
        var merged: [IDInterval<ID>] = []
        let live = lists.indices.filter { !lists[$0].isEmpty }
        while true {
            var least: Int?
            for number in live {
                guard let first = lists[number].first else { return (merged, lists) }
                if least.map({ first.first < (lists[$0].first?.first ?? .max) }) ?? true { least = number }
            }
            guard let least else { return (merged, lists) }
            merged.append(lists[least].removeFirst())
        }
    }
}
