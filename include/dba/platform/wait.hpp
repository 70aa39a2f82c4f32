#pragma once
// Waiting for sockets with an end: the one place where callers of sockets block.

#include <optional>
#include <stop_token>
#include <vector>

#include <poll.h>

#include "dba/platform/clock.hpp"
#include "dba/platform/socket.hpp"

namespace dba::platform {

struct Interest {
  int descriptor = -1;
  bool reading = false, writing = false;
  bool ready = false;  ///< Set by wait_for: it can be read or written now, or it is broken.
};

/// Blocks until one of them is ready, the wake-up notifies, or the deadline passes. @returns false at the deadline.
bool wait_for(std::vector<Interest>& interests, const Wakeup& wakeup, std::optional<SteadyTime> deadline);

/// Notifies a wake-up when the token is requested, for as long as it lives.
class StopNotice {
 public:
  StopNotice(const std::stop_token& stop, const Wakeup& wakeup) : callback_(stop, Notify{&wakeup}) {}

 private:
  struct Notify {
    const Wakeup* wakeup;
    void operator()() const { wakeup->notify(); }
  };
  std::stop_callback<Notify> callback_;
};

}  // namespace dba::platform
