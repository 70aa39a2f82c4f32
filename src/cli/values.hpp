#pragma once
// Typed text turned into the value a flag holds.

#include <optional>
#include <string>
#include <string_view>

#include "dba/cli/spec.hpp"

namespace dba::cli {

/// The word of the closed set that `typed` means; `typed` itself when the set is open; absent when it is none.
std::optional<std::string> canonical_value(const Flag& flag, std::string_view typed);

/// Stores one value of a flag or argument. Repeating one that is no vector overwrites.
/// @returns what is wrong with the value, without the flag's name; empty when it was stored.
std::string store_flag(const Flag& flag, const std::string& value);
/// What is wrong with a value that was not typed: as store_flag(), and what Flag::check_default says.
std::string store_default(const Flag& flag, const std::string& value);
std::string store_argument(const Argument& argument, const std::string& value);

}  // namespace dba::cli
