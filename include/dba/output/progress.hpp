#pragma once
// What a waiting command is waiting for, on stderr: one line rewritten in place on a terminal, one line per change
// else.

#include <string>
#include <string_view>

#include "dba/output/streams.hpp"
#include "dba/platform/clock.hpp"

namespace dba::output {

enum class ProgressMode { automatic, plain, none };  ///< --progress=auto|plain|none

class Progress {
 public:
  Progress(IoStreams& io, ProgressMode mode, platform::Clock& clock);
  ~Progress() { finish(); }  ///< Ends the line that was being rewritten.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// The current state; the same text again prints nothing in plain mode. Prefixed with the time since the
  /// start. Control characters are neutralised.
  void update(std::string_view text);
  /// Ends the line; later updates start a new one.
  void finish();

 private:
  IoStreams& io_;
  bool in_place_;
  bool silent_;
  platform::Clock& clock_;
  platform::SteadyTime start_;
  std::string last_;
};

}  // namespace dba::output
