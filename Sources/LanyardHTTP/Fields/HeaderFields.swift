/// The header fields of a request, whatever library has parsed them.
///
/// A server's own type conforms with one method, so that the rules of this module can be applied on NIO's head as well as on
/// an `HTTPFields`, and tested on an array.
package protocol HeaderFields {
    /// Calls `body` with each field in the order in which they came, a field that came twice twice. The name has the case
    /// in which it was sent.
    func forEachField(_ body: (_ name: String, _ value: String) -> Void)
}
