#pragma once
// Which proxy a connection takes; the environment's part is in the room's door.

#include <string>
#include <string_view>

namespace dba::kube {

/// What is wrong with a kubeconfig's proxy-url, in client-go's words; empty when it is fine.
std::string proxy_url_problem(std::string_view proxy_url);
/// A proxy URL as libcurl takes it. In Go the proxy of a socks5:// URL resolves the target's name; libcurl calls that
/// socks5h://.
std::string libcurl_proxy(std::string_view proxy_url);

}  // namespace dba::kube
