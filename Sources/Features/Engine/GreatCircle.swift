import Essentials

/// Distances on Earth by the haversine formula, with arithmetic that gives the same bits on every machine: the last bits of
/// a system's `sin` differ from one C library to the next.
enum GreatCircle {
    /// The mean radius of the Earth (IUGG), in kilometres.
    static let radius = 6371.0088

    /// The distance between two points given in degrees, in kilometres; NaN unless both are within 90 degrees north or
    /// south and 360 east or west.
    static func kilometres(
        latitude: Double, longitude: Double, toLatitude: Double, longitude toLongitude: Double
    ) -> Double {
        guard latitude.magnitude <= 90, toLatitude.magnitude <= 90, longitude.magnitude <= 360,
            toLongitude.magnitude <= 360
        else { return .nan }
        let north = sine((toLatitude - latitude) / 2 * degree)
        let east = sine((toLongitude - longitude).remainder(dividingBy: 360) / 2 * degree)
        let cosines = sine((90 - latitude.magnitude) * degree) * sine((90 - toLatitude.magnitude) * degree)
        let square = north * north + cosines * (east * east)
        return 2 * radius * arcsine(min(1, square.squareRoot()))
    }

    private static let degree = Double.pi / 180

    /// For at most a right angle in either direction.
    private static func sine(_ x: Double) -> Double {
        let square = x * x
        var sum = 1.0
        for term in stride(from: 24.0, through: 2, by: -2) { sum = 1 - square / (term * (term + 1)) * sum }
        return x * sum
    }

    /// For 0 to 1.
    private static func arcsine(_ x: Double) -> Double {
        // Above one half the series converges slowly: the half angle is used.
        guard x <= 0.5 else { return .pi / 2 - 2 * arcsine(((1 - x) / 2).squareRoot()) }
        let square = x * x
        var sum = 0.0
        for term in stride(from: 47.0, through: 1, by: -2) {
            sum = term * square * (1 / (term + 2) + sum) / (term + 1)
        }
        return x * (1 + sum)
    }
}
