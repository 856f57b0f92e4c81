/// Which Lanyard this is: what `lanyard version`, `/v1/nodes` and the log tell.
package enum LanyardVersion {
    /// Semantic versioning; the contract's `info.version` is the same.
    package static let text = "0.1.0"
}
