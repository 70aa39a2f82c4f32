#pragma once
// Who the server is: a certificate of its own little CA, and the token it lets in. Nothing is written to a file.

#include <string>
#include <string_view>

#include <Poco/Net/Context.h>

#include "dba/base/secret.hpp"
#include "dba/base/timestamp.hpp"

namespace dba::sandbox::http {

struct Identity {
  std::string ca_pem{};
  Poco::Net::Context::Ptr context{};  ///< TLS 1.2 or newer, for 127.0.0.1, ::1 and localhost.
};
/// @param now real time: clients check the dates by their own clocks.
Identity make_identity(WallTime now);

/// 32 random bytes as hexadecimal digits.
Secret make_token();
/// Whether a header "Bearer …" carries the token; takes equally long wherever they differ.
bool bears_token(std::string_view authorization, const Secret& token);

}  // namespace dba::sandbox::http
