#pragma once
// A stop token that also stops at a point in time, for work that has to be over by then whatever the other side does.

#include <chrono>
#include <stop_token>
#include <thread>

#include "dba/platform/clock.hpp"

namespace dba::cli {

class Deadline {
 public:
  /// @param outer stops this one too, at once
  Deadline(platform::Clock& clock, std::chrono::nanoseconds after, const std::stop_token& outer);

  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Stop {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };
  std::stop_source source_{};
  std::stop_callback<Stop> on_outer_;
  std::jthread timer_;
};

}  // namespace dba::cli
