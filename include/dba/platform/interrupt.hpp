#pragma once
// SIGINT, SIGTERM and SIGHUP as a stop token: the first one asks every wait to end, a second, unless it comes
// together with the first, ends the process at once.

#include <memory>
#include <stop_token>

#include "dba/base/exit_code.hpp"

namespace dba::platform {

class Interrupt {
 public:
  Interrupt();   ///< Installs the handlers (SIGPIPE is ignored) and starts the thread that listens to them.
  ~Interrupt();  ///< Restores the earlier dispositions.
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// From now on the token stops as well when nobody can read any more what is written to `descriptor` (a pipe without
  /// a reader), which is no signal.
  void stop_when_unread(int descriptor);

  std::stop_token token() const;  ///< Stopped by the first signal.
  int signal() const;             ///< The first signal received, 0 = none.
  /// 130 for SIGINT, 143 for SIGTERM and SIGHUP; ok when none came.
  ExitCode exit_code() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::platform
