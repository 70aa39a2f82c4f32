#pragma once
// Shorthand for the columns and values of system views.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/base/timestamp.hpp"

#include "tsql/types/common_types.hpp"

namespace dba::sandbox::sqlserver::views {

inline constexpr Type kLsn{.id = TypeId::decimal, .precision = 25, .scale = 0};
inline constexpr Type kSid{.id = TypeId::varbinary, .length = 85};
inline constexpr Type text(int length) { return {.id = TypeId::nvarchar, .length = length}; }

inline constexpr std::monostate kNull{};

inline Value number(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline Value flag(bool value) { return static_cast<std::int64_t>(value ? 1 : 0); }

/// A code and its words, as views have them in pairs of columns. No code = two NULLs.
struct Coded {
  std::int64_t code = 0;
  std::string_view words{};
};

/// A row under construction.
class Row {
 public:
  Row& add(Value value) {
    values_.push_back(std::move(value));
    return *this;
  }
  Row& add(std::string_view value) { return add(Value(std::string(value))); }
  Row& add(const char* value) { return add(Value(std::string(value))); }
  Row& add(bool value) { return add(flag(value)); }
  Row& add(int value) { return add(Value(std::int64_t{value})); }
  Row& add(const std::string& value) { return add(Value(value)); }
  /// The code and then its words.
  Row& add(const Coded& coded) { return add(Value(coded.code)).add(coded.words); }
  Row& add(const std::optional<Coded>& coded) { return coded ? add(*coded) : nulls(2); }
  Row& nulls(int count) {
    for (int i = 0; i < count; ++i) add(Value(kNull));
    return *this;
  }
  std::vector<Value> take() { return std::move(values_); }

 private:
  std::vector<Value> values_{};
};

/// "2026-01-02 03:04:05.123" of a moment, as exact as a datetime is: to 1/300 s.
std::string datetime_text(WallTime time);

}  // namespace dba::sandbox::sqlserver::views
