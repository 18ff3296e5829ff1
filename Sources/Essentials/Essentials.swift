// What our libraries use of Foundation and of the C library, as one import.
//
// `import Foundation` links all of it, with ICU's data: 40 MB in a program that is linked statically, and milliseconds
// and megabytes at the start of one that is not. The service does without.

@_exported public import FoundationEssentials

#if canImport(Glibc)
    @_exported public import Glibc
#else
    @_exported public import Musl
#endif
