#pragma once
// The API server asked directly, past the proxy: what really happened.

#include <string>
#include <string_view>

#include "e2e/faults/tls_stream.hpp"

namespace dba::faults {

struct ApiAnswer {
  int status = 0;
  std::string body{};
};

/// One exchange on a connection of its own. @throws std::runtime_error when it breaks.
ApiAnswer ask(const Upstream& upstream, std::string_view method, std::string_view target, std::string_view json = "");

}  // namespace dba::faults
