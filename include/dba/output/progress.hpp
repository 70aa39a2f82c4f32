#pragma once
// What a waiting command is waiting for, on stderr: one line rewritten in place on a terminal, one line per change
// else.

#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"

namespace dba::output {

enum class ProgressMode { automatic, plain, none };  ///< --progress=auto|plain|none

class Progress {
 public:
  /// On a terminal a thread keeps the elapsed time going until this object is gone; it sleeps on `clock`.
  Progress(IoStreams& io, ProgressMode mode, platform::Clock& clock);
  ~Progress();  ///< Ends the line that was being rewritten.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// The current state; the same text again prints nothing in plain mode. Prefixed with the time since the
  /// start. Control characters are neutralised. Thread-safe.
  void update(std::string_view text);
  /// Ends the line; later updates start a new one.
  void finish();

 private:
  void tick(const std::stop_token& stop);
  void redraw();  ///< Needs mutex_.
  std::string elapsed() const;

  IoStreams& io_;
  bool in_place_;
  bool silent_;
  platform::Clock& clock_;
  platform::SteadyTime start_;
  std::mutex mutex_{};
  std::string last_{};
  bool shown_ = false;  ///< There is a line to keep going.
  std::jthread ticker_{};
};

}  // namespace dba::output
