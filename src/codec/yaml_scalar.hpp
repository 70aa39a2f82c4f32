#pragma once
// What a plain (unquoted) YAML scalar means to kubectl.

#include <cstdint>
#include <string_view>

namespace dba::codec {

struct PlainScalar {
  enum class Kind { text, null, boolean, integer, real, timestamp };
  Kind kind = Kind::text;  ///< A timestamp reads as text, but text that looks like one is quoted when written.
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  ///< May be infinite or not a number, which JSON cannot hold.
};

/// @source YAML 1.1 as go-yaml v2 reads it: y/n/on/off are booleans, 0777 is octal, 1_000 a number, 1:30 is not.
PlainScalar resolve_plain(std::string_view text);

/// "1:30" and the like, which other YAML 1.1 readers take for base 60.
bool is_sexagesimal(std::string_view text);

}  // namespace dba::codec
