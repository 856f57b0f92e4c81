package import LanyardEngine

/// The answer to a request that may be repeated: made just now, or given before.
package struct AnsweredChange: Sendable {
    package let answer: RenderedAnswer
    /// Where the change holds. For an answer that was given before: where it holds now.
    package let acknowledgement: Acknowledgement
    package let isReplay: Bool
}
