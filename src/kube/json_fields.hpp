#pragma once
// Typed access to one JSON mapping of a file people write by hand: what is absent or null is empty, and a value of the
// wrong type becomes a problem that names its place.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"

namespace dba::kube {

class JsonFields {
 public:
  /// @param value     the mapping; nullptr or null = an empty one
  /// @param place     its place ("users[0].user"), empty for the root
  JsonFields(const Json* value, std::string place, Problems& problems);

  bool present() const { return value_ != nullptr; }
  std::string text(std::string_view key) const;
  bool flag(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::string base64(std::string_view key) const;  ///< Decoded.
  JsonFields fields(std::string_view key) const;
  /// Calls `visit` with every mapping of a list.
  void each(std::string_view key, const std::function<void(const JsonFields&)>& visit) const;
  /// Calls `visit` with every key of this mapping.
  void each_key(const std::function<void(const std::string& key)>& visit) const;
  const Json* find(std::string_view key) const;  ///< nullptr when absent or null.
  void add_problem(std::string_view key, std::string_view what) const;

 private:
  std::string place_of(std::string_view key) const;

  const Json* value_ = nullptr;
  std::string place_;
  Problems* problems_;
};

}  // namespace dba::kube
