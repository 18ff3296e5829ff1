extension TimeFormat {
    /// Formats to detect a column's by its texts, the usual ones first. Where day and month can be confused, both readings are
    /// there: a column fits both as long as no day is above 12, and then a person has to decide. Unix times are not
    /// among them, since every integer would fit.
    public static let common: [TimeFormat] = [.iso8601] + patterns.compactMap { try? TimeFormat($0) }

    /// Each is read; a test compares the counts.
    package static let patterns: [String] = {
        let times = [
            "HH:mm:ss", "HH:mm", "HH:mm:ss.SSS", "HH:mm:ss.SSSSSS", "hh:mm:ss a", "hh:mm a", "h:mm:ss a", "h:mm a",
        ]
        let numeric = [
            "yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd",
            "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd-MM-yyyy", "MM-dd-yyyy", "dd.MM.yy", "dd/MM/yy", "MM/dd/yy",
        ]
        let named = [
            "dd MMM yyyy", "d MMM yyyy", "dd-MMM-yyyy", "dd-MMM-yy", "MMM d, yyyy", "MMMM d, yyyy", "ddMMMyyyy",
        ]
        var patterns = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmXXX", "yyyyMMdd", "yyyyMMddHHmmss", "yyyyMMddHHmm"]
        patterns += ["yyyyMMdd HH:mm:ss", "yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmmssXX", "ddMMMyyyy:HH:mm:ss"]
        patterns += ["EEE, dd MMM yyyy HH:mm:ss Z", "EEE MMM dd HH:mm:ss yyyy", "EEE MMM dd HH:mm:ss Z yyyy"]
        patterns += ["dd/MMM/yyyy:HH:mm:ss Z"]
        patterns += ["yyyy-MM-dd HH:mm:ss Z", "yyyy-MM-dd HH:mm:ss 'UTC'"]
        for date in numeric + named { patterns += [date] + times.map { "\(date) \($0)" } }
        // They fit texts with leading zeros, too, and come after those that fit nothing else.
        let shortTimes = ["H:mm:ss", "H:mm", "H:mm:ss.SSS", "h:mm:ss a", "h:mm a"]
        for date in ["d.M.yyyy", "d/M/yyyy", "M/d/yyyy", "d.M.yy", "d/M/yy", "M/d/yy"] {
            patterns += [date] + shortTimes.map { "\(date) \($0)" }
        }
        // ISO 8601 with seconds is read by its name.
        let iso: Set = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss.SSSSSS"]
        return patterns.filter { !iso.contains($0) }
    }()
}
