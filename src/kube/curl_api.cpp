#include "curl_api.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::kube {

namespace {

constexpr auto* kCurl = "libcurl.so.4";

[[noreturn]] void fail_to_load(const char* reason) {
  throw Error(ExitCode::unexpected,
              fmt::format("cannot load {}, which talks to clusters: {}", kCurl, reason == nullptr ? "" : reason), "",
              "apt-get install libcurl4");
}

template <typename Function>
void resolve_curl(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) fail_to_load(dlerror());
}

CurlApi load_curl() {
  void* library = dlopen(kCurl, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) fail_to_load(dlerror());
  CurlApi api;
  resolve_curl(library, "curl_easy_init", api.easy_init);
  resolve_curl(library, "curl_easy_cleanup", api.easy_cleanup);
  resolve_curl(library, "curl_easy_setopt", api.easy_setopt);
  resolve_curl(library, "curl_easy_getinfo", api.easy_getinfo);
  resolve_curl(library, "curl_easy_perform", api.easy_perform);
  resolve_curl(library, "curl_easy_recv", api.easy_recv);
  resolve_curl(library, "curl_easy_send", api.easy_send);
  resolve_curl(library, "curl_easy_strerror", api.easy_strerror);
  resolve_curl(library, "curl_multi_init", api.multi_init);
  resolve_curl(library, "curl_multi_cleanup", api.multi_cleanup);
  resolve_curl(library, "curl_multi_setopt", api.multi_setopt);
  resolve_curl(library, "curl_multi_add_handle", api.multi_add_handle);
  resolve_curl(library, "curl_multi_remove_handle", api.multi_remove_handle);
  resolve_curl(library, "curl_multi_perform", api.multi_perform);
  resolve_curl(library, "curl_multi_poll", api.multi_poll);
  resolve_curl(library, "curl_multi_wakeup", api.multi_wakeup);
  resolve_curl(library, "curl_multi_info_read", api.multi_info_read);
  resolve_curl(library, "curl_slist_append", api.slist_append);
  resolve_curl(library, "curl_slist_free_all", api.slist_free_all);
  resolve_curl(library, "curl_url", api.url);
  resolve_curl(library, "curl_url_cleanup", api.url_cleanup);
  resolve_curl(library, "curl_url_get", api.url_get);
  resolve_curl(library, "curl_url_set", api.url_set);
  resolve_curl(library, "curl_free", api.free);
  decltype(&::curl_global_init) global_init = nullptr;
  resolve_curl(library, "curl_global_init", global_init);
  const CURLcode code = global_init(CURL_GLOBAL_ALL);
  if (code != CURLE_OK) fail_to_load(api.easy_strerror(code));
  return api;
}

}  // namespace

const CurlApi& curl() {
  static const CurlApi api = load_curl();
  return api;
}

}  // namespace dba::kube
