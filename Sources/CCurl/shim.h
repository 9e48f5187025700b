/* Types and constants only: libcurl itself is opened at run time. */
#include <curl/curl.h>
#include <sys/socket.h>

/* Variadic in C, which Swift does not call; `function` is curl_easy_setopt or curl_easy_getinfo as dlsym found it. */
static inline CURLcode mxauth_curl_set_long(void *function, CURL *easy, CURLoption option, long value) {
  return ((CURLcode(*)(CURL *, CURLoption, ...))function)(easy, option, value);
}
static inline CURLcode mxauth_curl_set_pointer(void *function, CURL *easy, CURLoption option, const void *value) {
  return ((CURLcode(*)(CURL *, CURLoption, ...))function)(easy, option, value);
}
/* libcurl itself leaves connections open to programs that the host starts. */
static curl_socket_t mxauth_curl_open(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)user, (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
static inline CURLcode mxauth_curl_set_close_on_exec(void *function, CURL *easy) {
  return ((CURLcode(*)(CURL *, CURLoption, ...))function)(easy, CURLOPT_OPENSOCKETFUNCTION, mxauth_curl_open);
}
typedef size_t (*mxauth_curl_data)(char *data, size_t size, size_t count, void *user);
static inline CURLcode mxauth_curl_set_callback(void *function, CURL *easy, CURLoption option,
                                                mxauth_curl_data callback) {
  return ((CURLcode(*)(CURL *, CURLoption, ...))function)(easy, option, callback);
}
static inline CURLcode mxauth_curl_get_long(void *function, CURL *easy, CURLINFO info, long *value) {
  return ((CURLcode(*)(CURL *, CURLINFO, ...))function)(easy, info, value);
}
