#include <array>

#include "dba/base/utf8.hpp"

#include "tsql/functions/runtime.hpp"
#include "tsql/types/collation.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// args: text, pattern [, escape]
Value like(Environment&, const Type&, std::span<const Value> args) {
  return std::int64_t{matches_like(text_of(args[0]), text_of(args[1]), args.size() > 2 ? text_of(args[2]) : "")};
}

/// args: what is looked for, where, from which place
Value char_index(Environment&, const Type&, std::span<const Value> args) {
  const std::string what = lower_text(text_of(args[0])), where = lower_text(text_of(args[1]));
  const std::int64_t start = std::max<std::int64_t>(integer_of(args[2]), 1);
  const std::size_t from = text_prefix(where, static_cast<std::size_t>(start - 1)).size();
  if (what.empty()) return std::int64_t{0};
  const std::size_t hit = where.find(what, from);
  if (hit == std::string::npos) return std::int64_t{0};
  return static_cast<std::int64_t>(text_length(std::string_view(where).substr(0, hit))) + 1;
}

Value pattern_index(Environment&, const Type&, std::span<const Value> args) {
  std::string_view pattern = text_of(args[0]), text = text_of(args[1]);
  const bool anywhere = pattern.starts_with('%');
  if (anywhere) pattern.remove_prefix(1);
  for (std::int64_t place = 1;; ++place) {
    if (matches_like(text, pattern, "")) return place;
    if (!anywhere || text.empty()) return std::int64_t{0};
    text.remove_prefix(decode_utf8(text, 0).length);
  }
}

}  // namespace

std::span<const RuntimeFunction> search_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({
      {"like", &like},
      {"charindex", &char_index},
      {"patindex", &pattern_index},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
