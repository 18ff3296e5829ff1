import Scoring

/// The version that executables print; models carry the same one.
package enum Version {
    package static let current = ModelProvenance.currentLibraryVersion
}
