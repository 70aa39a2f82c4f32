#pragma once
// The first exchange of a connection: which version of server, and whether everything is encrypted.

#include <cstdint>
#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// Values of the option ENCRYPTION. @source [MS-TDS] 2.2.6.5
enum class Encryption : std::uint8_t { off = 0, on = 1, not_supported = 2, required = 3 };

struct Prelogin {
  Encryption encryption = Encryption::not_supported;
  bool asks_federated = false;
};

/// @throws Error (unexpected) when it is none.
Prelogin parse_prelogin(std::string_view payload);

/// The payload of the answer.
std::string prelogin_answer(const Prelogin& asked, const ServerIdentity& server, Encryption encryption);

/// What a server that insists on encryption answers: a client that can do without is told that it is required, one that
/// wants it too that it is on.
Encryption forced(Encryption asked);

}  // namespace dba::sandbox::sqlserver::tds
