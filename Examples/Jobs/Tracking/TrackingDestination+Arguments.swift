package import CommandLineSupport
package import Tracking

extension TrackingDestination {
    /// What the arguments of a program say, else what the environment says.
    package init(_ arguments: TrackingArguments) {
        self.init(uri: arguments.tracking, artifactRoot: arguments.artifactRoot)
    }
}
