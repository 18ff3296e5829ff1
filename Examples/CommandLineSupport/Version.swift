/// The version that executables print and that models and runs carry.
package enum Version {
    package static let current = "0.1.0"
}
