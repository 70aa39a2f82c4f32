#pragma once
// What a client asks for after its login.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// The text of a batch. @throws Error (unexpected) for broken headers.
std::string parse_batch(std::string_view payload);

struct Call {
  std::string procedure{};  ///< "sp_executesql"; those that come by number have their name too.
  std::vector<Parameter> parameters{};
};
/// Several may come in one message. @throws Error (unexpected).
std::vector<Call> parse_calls(std::string_view payload);

struct TransactionRequest {
  enum class Kind { begin, commit, roll_back, other } kind = Kind::other;
  bool begin_next = false;
};
/// @throws Error (unexpected).
TransactionRequest parse_transaction(std::string_view payload);

}  // namespace dba::sandbox::sqlserver::tds
