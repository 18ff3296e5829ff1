extension Duration {
    /// The duration in seconds, to the nearest double.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
