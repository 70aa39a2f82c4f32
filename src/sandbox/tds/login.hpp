#pragma once
// LOGIN7: who logs in, to which database, and how the client wants to go on.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

inline constexpr std::uint32_t kTds73A = 0x730A0003, kTds73B = 0x730B0003, kTds74 = 0x74000004, kTds80 = 0x08000000;

inline constexpr std::uint8_t kEndOfFeatures = 0xff;  ///< Ends a list of them, on either side.

struct Login {
  LoginRequest request{};
  std::uint32_t version = kTds74;
  std::size_t packet_size = 0;  ///< 0 = as the server likes.
  bool integrated = false;      ///< Wants Windows authentication.
  bool extended = false;        ///< Sent a list of features.
  std::vector<std::uint8_t> features{};
};

/// @throws Error (unexpected) for anything that reaches beyond its end.
Login parse_login(std::string_view payload);

/// The version that is spoken with a client that asked for `wanted`; 0 = too old (there are no dates and times).
std::uint32_t agreed_version(std::uint32_t wanted);
std::size_t agreed_packet_size(std::size_t wanted);

}  // namespace dba::sandbox::sqlserver::tds
