#pragma once
// Two requests to stop as one.

#include <functional>
#include <stop_token>
#include <utility>

namespace dba::sandbox::sqlserver {

/// Stops when the one or the other does.
class EitherStop {
 public:
  EitherStop(std::stop_token one, std::stop_token other)
      : on_one_(std::move(one), [this] { source_.request_stop(); }),
        on_other_(std::move(other), [this] { source_.request_stop(); }) {}
  EitherStop(const EitherStop&) = delete;
  EitherStop& operator=(const EitherStop&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_{};
  std::stop_callback<std::function<void()>> on_one_, on_other_;
};

}  // namespace dba::sandbox::sqlserver
