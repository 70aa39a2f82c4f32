#pragma once
// The strict JSON reader under parse_json and parse_documents.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::codec {

struct JsonFailure {
  std::string why{};       ///< "unexpected end of input", "syntax error" …; never a word of the text.
  std::size_t offset = 0;  ///< Byte where it was noticed.
};

/// Told of every member of an object: its path, a byte of its key, and whether the object has the key already.
/// Returns what is wrong with it, or "".
using MemberObserver = std::function<std::string(const std::string& path, std::size_t offset, bool repeated)>;

/// Reads the JSON value that starts at `offset`, which then stands behind it.
/// @param observe may be empty: then the last of several equal keys wins.
/// @return what went wrong; absent when `value` was read.
std::optional<JsonFailure> read_json(std::string_view text, std::size_t& offset, Json& value,
                                     const MemberObserver& observe = {});

/// 1-based line and column (in bytes) of a byte.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};
Position position_of(std::string_view text, std::size_t offset);

}  // namespace dba::codec
