import StorageIO

/// Compares the data files of a folder with those that the runs have written.
enum FolderCheck {
    /// Nil if they are the same.
    static func difference(_ listing: FolderListing, _ state: IncrementalState) -> String? {
        var names = Set(listing.data.keys)
        for run in state.runs {
            names.remove(run.file)
            guard let file = listing.data[run.file] else {
                return "the data file \(run.file) of run \(run.number) is gone"
            }
            guard file.size == run.size else {
                return "the data file \(run.file) has \(file.size) bytes instead of \(run.size)"
            }
        }
        return names.min().map { "the file \($0) is not one of the data set's" }
    }

    /// - Throws: ``IncrementalCleaningError/changedDataSet(folder:reason:)``.
    static func check(_ listing: FolderListing, _ state: IncrementalState?, folder: IncrementalFolder) throws {
        if let state {
            guard let difference = difference(listing, state) else { return }
            throw IncrementalCleaningError.changedDataSet(folder: folder.name, reason: difference)
        }
        guard let other = listing.data.keys.min() else { return }
        try checkReplaceable(listing, folder: folder)
        throw IncrementalCleaningError.changedDataSet(
            folder: folder.name, reason: "it holds data (\(other)) without the state of incremental cleaning")
    }

    /// - Throws: `DataSetError.occupied` for a file that was not written by a data set writer.
    static func checkReplaceable(_ listing: FolderListing, folder: IncrementalFolder) throws {
        if let other = listing.data.keys.filter({ !$0.hasPrefix("part-") }).min() {
            throw DataSetError.occupied(location: folder.name, file: other)
        }
    }
}
