/// A named check of one guarantee.
struct ConformanceCheck: Sendable {
    let name: String
    let body: @Sendable (StoreUnderTest) async throws -> Void

    static let all = reading + streaming + writing + conditions + listing
}
