#include "e2e/faults/api.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace dba::faults {

ApiAnswer ask(const Upstream& upstream, std::string_view method, std::string_view target, std::string_view json) {
  TlsStream server(upstream);
  // HTTP/1.0: the server closes after its answer and sends it in one piece.
  server.write(
      fmt::format("{} {} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\n"
                  "Content-Length: {}\r\n\r\n{}",
                  method, target, upstream.host, upstream.token,
                  method == "PATCH" ? "application/merge-patch+json" : "application/json", json.size(), json));
  std::string all;
  for (std::string more; !(more = server.read_some()).empty();) {
    all += more;
  }
  const std::size_t end = all.find("\r\n\r\n");
  if (end == std::string::npos || all.size() < 12) {
    throw std::runtime_error(fmt::format("the API server broke off its answer to {} {}", method, target));
  }
  return {std::stoi(all.substr(9, 3)), all.substr(end + 4)};
}

}  // namespace dba::faults
