import Foundation

/// A pause within a transaction, which is synchronous and runs where blocking is allowed.
enum Pause {
    static func block(milliseconds: Int) {
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
    }
}
