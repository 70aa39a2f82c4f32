#pragma once
// The process environment, captured once in main; nothing below main calls getenv.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dba::platform {

class Environment {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;
  Environment() = default;
  explicit Environment(Map values) : values_(std::move(values)) {}
  static Environment capture();  ///< The variables this process was started with.

  std::optional<std::string> find(std::string_view name) const;  ///< Absent when unset; empty is a value.
  std::string get(std::string_view name, std::string_view fallback = "") const;  ///< `fallback` when unset or empty.
  const Map& all() const { return values_; }

 private:
  Map values_;
};

}  // namespace dba::platform
