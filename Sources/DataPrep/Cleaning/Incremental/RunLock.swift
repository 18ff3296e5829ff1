import Essentials
import Parallelism
import StorageIO

/// Lets one run at a time work on a data set, in any store.
///
/// A lock is an object that is created only if its name does not exist, so that only one of several runs creates it. It
/// says which process holds it, and is renewed while that process runs. A run that finds the lock of a process that has
/// died, or, where that is not known, that has not renewed it for ``lease``, creates the lock of the next number: again
/// only one run succeeds.
actor RunLock {
    /// Seconds without a renewal after which a holder on another host counts as dead.
    static let lease = 300.0
    private static let renewal = 30.0
    private static let attempts = 8

    struct Holder: Sendable, Hashable, Codable {
        var run: String
        var process: ProcessIdentity
        /// Seconds since 1970.
        var since: Double
        var renewed: Double
    }

    /// The locks that this process itself holds: for these, its process number says nothing.
    private static let held = Lock(Set<String>())

    private let folder: IncrementalFolder
    private let generation: Int
    private var holder: Holder
    private var renewing: Task<Void, Never>?
    private var hasEnded = false

    private init(folder: IncrementalFolder, generation: Int, holder: Holder) {
        self.folder = folder
        self.generation = generation
        self.holder = holder
    }

    /// - Throws: ``IncrementalCleaningError/running(folder:holder:)``.
    static func acquire(_ folder: IncrementalFolder) async throws -> RunLock {
        let now = Date().timeIntervalSince1970
        let run = String(UInt64.random(in: .min ... .max), radix: 36)
        let holder = Holder(run: run, process: .own, since: now, renewed: now)
        for _ in 0..<attempts {
            let found = try await locks(in: folder)
            if let highest = found.last {
                guard let other = try await read(highest, in: folder) else { continue }
                if other.isAlive { throw other.refusal(of: folder) }
            }
            let lock = RunLock(folder: folder, generation: (found.last ?? 0) + 1, holder: holder)
            guard try await lock.make() else { continue }
            do {
                try await lock.settle()
            } catch {
                await lock.release()
                throw error
            }
            return lock
        }
        throw IncrementalCleaningError.running(
            folder: folder.name, holder: "several runs have started at the same time; try again")
    }

    /// - Throws: ``IncrementalCleaningError/takenOver(folder:)`` when another run holds the data set now.
    func check() async throws {
        guard try await Self.locks(in: folder).last == generation,
            try await Self.read(generation, in: folder)?.run == holder.run
        else { throw IncrementalCleaningError.takenOver(folder: folder.name) }
    }

    /// Releases the lock, even when the task is cancelled.
    func release() async {
        guard !hasEnded else { return }
        hasEnded = true
        renewing?.cancel()
        await renewing?.value
        _ = Self.held.withLock { $0.remove(holder.run) }
        let isOwn = try? await uncancelled { [folder, generation, holder] in
            try await Self.read(generation, in: folder)?.run == holder.run
        }
        guard isOwn == true else { return }
        try? await uncancelled { [folder, generation] in try await folder.store.delete(folder.lock(generation)) }
    }

    /// - Returns: false when another run was faster.
    private func make() async throws -> Bool {
        _ = Self.held.withLock { $0.insert(holder.run) }
        do {
            try await folder.store.put(
                holder.encoded(), to: folder.lock(generation), options: WriteOptions(ifAbsent: true))
            return true
        } catch let error as ObjectStoreError where error.code == .alreadyExists {
            _ = Self.held.withLock { $0.remove(holder.run) }
            return false
        } catch {
            _ = Self.held.withLock { $0.remove(holder.run) }
            throw error
        }
    }

    /// A listing made while locks were created and removed may have missed one.
    private func settle() async throws {
        for other in try await Self.locks(in: folder) where other != generation {
            if let found = try await Self.read(other, in: folder), found.isAlive { throw found.refusal(of: folder) }
            try await folder.store.delete(folder.lock(other))
        }
        try await check()
        renewing = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(Self.renewal))
                guard !Task.isCancelled, let self else { return }
                await self.renew()
            }
        }
    }

    private func renew() async {
        holder.renewed = Date().timeIntervalSince1970
        // The next renewal makes up for one that fails; whether the lock is still held is checked when it matters.
        guard (try? await check()) != nil, !hasEnded else { return }
        try? await folder.store.put(holder.encoded(), to: folder.lock(generation))
    }

    /// The numbers of the locks, ascending.
    private static func locks(in folder: IncrementalFolder) async throws -> [Int] {
        var numbers: [Int] = []
        for try await object in folder.store.list(prefix: folder.lockPrefix) {
            let name = object.key.path.utf8.dropFirst(folder.lockPrefix.utf8.count)
            if let number = Int(String(decoding: name, as: UTF8.self).replacing(".json", with: "")) {
                numbers.append(number)
            }
        }
        return numbers.sorted()
    }

    /// Nil if the lock no longer exists.
    private static func read(_ generation: Int, in folder: IncrementalFolder) async throws -> Holder? {
        do {
            let key = try folder.lock(generation)
            let bytes = try await folder.store.read(key)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            if let holder = try? decoder.decode(Holder.self, from: Data(bytes)) { return holder }
            // Not written by this version; only its age is known.
            let modified = try await folder.store.head(key).modified.timeIntervalSince1970
            return Holder(
                run: "unknown", process: ProcessIdentity(host: "unknown", process: 0), since: modified,
                renewed: modified)
        } catch let error as ObjectStoreError where error.code == .notFound {
            return nil
        }
    }

    fileprivate static func holds(_ run: String) -> Bool { held.withLock { $0.contains(run) } }
}

extension RunLock.Holder {
    fileprivate func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(self))
    }

    fileprivate var isAlive: Bool {
        if process == .own { return RunLock.holds(run) }
        return process.isAlive ?? (renewed + RunLock.lease > Date().timeIntervalSince1970)
    }

    fileprivate func refusal(of folder: IncrementalFolder) -> IncrementalCleaningError {
        func text(_ time: Double) -> String { Date(timeIntervalSince1970: time).formatted(.iso8601) }
        var words =
            "run \(run) of process \(process.process) on \(process.host), since \(text(since)); wait for its end"
        if process.isAlive == nil {
            words += ", or, if it has died, until \(text(renewed + RunLock.lease)), when the next run takes over"
        }
        return .running(folder: folder.name, holder: words)
    }
}
