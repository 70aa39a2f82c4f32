#pragma once
// A string that must not be seen: no stream operator, no implicit conversion, wiped when destroyed or overwritten.

#include <string>
#include <string_view>

namespace dba {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The value itself; call it only where the value leaves for its destination.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace dba
