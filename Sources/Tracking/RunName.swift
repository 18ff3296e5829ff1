/// Names for runs that were given none, such as `quiet-heron-412`.
enum RunName {
    static func random() -> String {
        "\(adjectives.randomElement() ?? "new")-\(nouns.randomElement() ?? "run")-\(Int.random(in: 0..<1000))"
    }

    private static let adjectives = [
        "amber", "brisk", "calm", "clear", "crisp", "deep", "early", "fair", "gentle", "keen", "light", "lucid",
        "mellow",
        "nimble", "plain", "quick", "quiet", "rapid", "sharp", "steady", "sunny", "swift", "tidy", "warm",
    ]
    private static let nouns = [
        "badger", "birch", "brook", "cedar", "cove", "crane", "dune", "falcon", "fern", "fjord", "grove", "harbor",
        "heron", "lark", "maple", "meadow", "otter", "pine", "reef", "ridge", "sparrow", "stone", "tern", "willow",
    ]
}
