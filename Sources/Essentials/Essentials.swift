// What our libraries use of Foundation and of the C library, as one import.
//
// `import Foundation` links all of it, with ICU's data: 40 MB in a program that is linked statically, and milliseconds
// and megabytes at the start of one that is not. The service does without.

#if canImport(FoundationEssentials)
    @_exported public import FoundationEssentials
#else
    @_exported public import Foundation
#endif

#if canImport(Glibc)
    @_exported public import Glibc
#elseif canImport(Musl)
    @_exported public import Musl
#else
    @_exported public import Darwin
#endif
