#pragma once
// Connection strings in which no value can become a keyword, for each family of drivers.

#include <cstdint>
#include <string>
#include <string_view>

#include "dba/base/secret.hpp"
#include "dba/sql/connector.hpp"

namespace dba::sql {

struct ConnectionParts {
  Driver driver{};
  std::uint16_t port = 0;  ///< Of 127.0.0.1.
  std::string user{};
  Secret password{};
  std::string database{};
  std::string application{};
  bool read_intent = false;
};

/// Encryption is not asked of the driver: our relay encrypts, and tells the driver that the server cannot.
/// @throws Error (usage) for a value that the driver has no way to take.
Secret connection_string(const ConnectionParts& parts);

}  // namespace dba::sql
