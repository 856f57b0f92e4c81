package import HTTPTypes

extension HTTPFields: HeaderFields {
    package func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for field in self { body(field.name.rawName, field.value) }
    }
}
