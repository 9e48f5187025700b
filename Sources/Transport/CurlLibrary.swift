// SPDX-License-Identifier: Apache-2.0
import CCurl
import CSystem

/// libcurl, opened when the first transport starts and never closed. A host that starts none needs none.
struct CurlLibrary: @unchecked Sendable {
    typealias Easy = UnsafeMutableRawPointer
    typealias Multi = UnsafeMutableRawPointer
    typealias Lines = UnsafeMutablePointer<curl_slist>

    let makeEasy: @convention(c) () -> Easy?
    let freeEasy: @convention(c) (Easy?) -> Void
    let makeMulti: @convention(c) () -> Multi?
    let freeMulti: @convention(c) (Multi?) -> CURLMcode
    let add: @convention(c) (Multi?, Easy?) -> CURLMcode
    let remove: @convention(c) (Multi?, Easy?) -> CURLMcode
    let perform: @convention(c) (Multi?, UnsafeMutablePointer<Int32>?) -> CURLMcode
    let poll:
        @convention(c) (Multi?, UnsafeMutablePointer<curl_waitfd>?, UInt32, Int32, UnsafeMutablePointer<Int32>?)
            -> CURLMcode
    let nextMessage: @convention(c) (Multi?, UnsafeMutablePointer<Int32>?) -> UnsafeMutablePointer<CURLMsg>?
    let append: @convention(c) (Lines?, UnsafePointer<CChar>?) -> Lines?
    let freeLines: @convention(c) (Lines?) -> Void
    private let setOption: UnsafeMutableRawPointer
    private let getInfo: UnsafeMutableRawPointer

    /// Nil if there is no libcurl, or one too old for us (before 7.66, which brought curl_multi_poll).
    static let shared = CurlLibrary()

    private init?() {
        guard let library = dlopen("libcurl.so.4", RTLD_NOW) ?? dlopen("libcurl-gnutls.so.4", RTLD_NOW),
            let initialize = dlsym(library, "curl_global_init"),
            let makeEasy = dlsym(library, "curl_easy_init"), let freeEasy = dlsym(library, "curl_easy_cleanup"),
            let makeMulti = dlsym(library, "curl_multi_init"), let freeMulti = dlsym(library, "curl_multi_cleanup"),
            let add = dlsym(library, "curl_multi_add_handle"),
            let remove = dlsym(library, "curl_multi_remove_handle"),
            let perform = dlsym(library, "curl_multi_perform"), let poll = dlsym(library, "curl_multi_poll"),
            let nextMessage = dlsym(library, "curl_multi_info_read"),
            let append = dlsym(library, "curl_slist_append"), let freeLines = dlsym(library, "curl_slist_free_all"),
            let setOption = dlsym(library, "curl_easy_setopt"), let getInfo = dlsym(library, "curl_easy_getinfo")
        else { return nil }
        let initializeCurl = unsafeBitCast(initialize, to: (@convention(c) (Int) -> CURLcode).self)
        guard initializeCurl(3 /* CURL_GLOBAL_ALL */) == CURLE_OK else { return nil }
        self.makeEasy = unsafeBitCast(makeEasy, to: (@convention(c) () -> Easy?).self)
        self.freeEasy = unsafeBitCast(freeEasy, to: (@convention(c) (Easy?) -> Void).self)
        self.makeMulti = unsafeBitCast(makeMulti, to: (@convention(c) () -> Multi?).self)
        self.freeMulti = unsafeBitCast(freeMulti, to: (@convention(c) (Multi?) -> CURLMcode).self)
        self.add = unsafeBitCast(add, to: (@convention(c) (Multi?, Easy?) -> CURLMcode).self)
        self.remove = unsafeBitCast(remove, to: (@convention(c) (Multi?, Easy?) -> CURLMcode).self)
        self.perform = unsafeBitCast(
            perform, to: (@convention(c) (Multi?, UnsafeMutablePointer<Int32>?) -> CURLMcode).self)
        self.poll = unsafeBitCast(
            poll,
            to: (@convention(c) (
                Multi?, UnsafeMutablePointer<curl_waitfd>?, UInt32, Int32, UnsafeMutablePointer<Int32>?
            ) -> CURLMcode).self)
        self.nextMessage = unsafeBitCast(
            nextMessage,
            to: (@convention(c) (Multi?, UnsafeMutablePointer<Int32>?) -> UnsafeMutablePointer<CURLMsg>?).self)
        self.append = unsafeBitCast(
            append, to: (@convention(c) (Lines?, UnsafePointer<CChar>?) -> Lines?).self)
        self.freeLines = unsafeBitCast(freeLines, to: (@convention(c) (Lines?) -> Void).self)
        self.setOption = setOption
        self.getInfo = getInfo
    }

    func set(_ easy: Easy, _ option: CURLoption, _ value: Int) {
        _ = mxauth_curl_set_long(setOption, easy, option, value)
    }

    func set(_ easy: Easy, _ option: CURLoption, _ value: UnsafeRawPointer?) {
        _ = mxauth_curl_set_pointer(setOption, easy, option, value)
    }

    func set(_ easy: Easy, _ option: CURLoption, _ callback: mxauth_curl_data?) {
        _ = mxauth_curl_set_callback(setOption, easy, option, callback)
    }

    func closeOnExec(_ easy: Easy) {
        _ = mxauth_curl_set_close_on_exec(setOption, easy)
    }

    func httpStatus(_ easy: Easy) -> Int {
        var status = 0
        _ = mxauth_curl_get_long(getInfo, easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }
}
