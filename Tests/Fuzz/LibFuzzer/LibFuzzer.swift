import Foundation
import FuzzKit

// libFuzzer's runtime brings `main`, and calls these two by their names. Built by scripts/fuzz, never part of a usual build.
//
//     libfuzzer list
//     libfuzzer seeds FOLDER
//     libfuzzer TARGET [argument of libFuzzer…]

private let target = FuzzTarget.all.first { $0.name == CommandLine.arguments.dropFirst().first }

/// Called once, before libFuzzer reads its arguments: ours are taken out of them.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    count: UnsafeMutablePointer<CInt>,
    arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let texts = CommandLine.arguments
    if texts.dropFirst().first == "list" {
        for target in FuzzTarget.all { print(target.name) }
        exit(0)
    }
    if texts.count == 3, texts[1] == "seeds" { exit(SeedFolder(texts[2]).write() ? 0 : 1) }
    guard target != nil else {
        print("usage: libfuzzer list | seeds FOLDER | TARGET [argument of libFuzzer…]")
        exit(2)
    }
    // The program's name stays the first.
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

/// Called for each case.
@_cdecl("LLVMFuzzerTestOneInput")
func test(bytes: UnsafePointer<UInt8>?, count: Int) -> CInt {
    guard let target else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: bytes, count: count))
    switch target.check(bytes) {
    case .accepted, .refused: return 0
    case .broken(let property):
        // Only a crash tells libFuzzer that this case is to be kept.
        fatalError(
            "\(target.name): \(property)\n  for Tests/Fuzz/Suite/Regressions/cases.txt: \(target.name) \(FuzzBase64.encode(bytes))"
        )
    }
}
