#pragma once
// JSON text in the few layouts that kubectl and we print.

#include <string>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::codec {

struct JsonLayout {
  bool indented = false;     ///< 4 blanks a level, else one line.
  bool sorted = false;       ///< Keys bytewise, else in their own order.
  bool escape_html = false;  ///< < > & U+2028 U+2029 as \uXXXX, as Go does.
};

std::string write_json(const Json& value, JsonLayout layout);

/// One member of an object, without copying it.
struct Member {
  const std::string* key;
  const Json* value;
};

/// The members of an object, in their own order or sorted by key.
std::vector<Member> members_of(const Json& object, bool sorted);

}  // namespace dba::codec
