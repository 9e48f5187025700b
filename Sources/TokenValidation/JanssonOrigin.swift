// SPDX-License-Identifier: Apache-2.0
import CSystem

/// Whether the json_* functions that we call are libjansson's. A host that exports functions of the same names
/// replaces them for every library it loads, whatever that was linked against, and would read our key sets.
package enum JanssonOrigin {
    package static var isOurs: Bool {
        guard let jansson = dlopen("libjansson.so.4", RTLD_NOLOAD | RTLD_LAZY) else { return false }
        defer { dlclose(jansson) }
        let names: [StaticString] = [
            "json_array", "json_array_append_new", "json_array_get", "json_array_size", "json_delete", "json_dumpb",
            "json_equal", "json_false", "json_integer", "json_loadb", "json_null", "json_object", "json_object_get",
            "json_object_iter", "json_object_iter_key", "json_object_iter_next", "json_object_iter_value",
            "json_object_set_new", "json_string_length", "json_string_value", "json_stringn", "json_true",
        ]
        return names.allSatisfy { name in
            let symbol = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            // A null handle is RTLD_DEFAULT: the search that resolved our own calls.
            guard let visible = dlsym(nil, symbol) else { return true }
            return visible == dlsym(jansson, symbol)
        }
    }
}
