#pragma once
// stdout is the result, stderr is everything else. No std::cout below main.

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "dba/platform/terminal.hpp"

namespace dba::output {

class OutStream {
 public:
  virtual ~OutStream() = default;
  virtual void write(std::string_view text) = 0;  ///< As it is, at once; failing is not thrown but kept for failure().
  /// Nobody reads any more: a watch should end. Writing stays harmless.
  virtual bool closed() const { return false; }
  /// Why output was lost ("no space left on device"); empty while nothing was, and for a reader that went away.
  virtual std::string failure() const { return {}; }
};

/// A file descriptor, unbuffered. A closed pipe ends quietly: `closed()` is true, also before anything is written to
/// it, and writes are dropped.
class FileStream : public OutStream {
 public:
  explicit FileStream(int descriptor) : descriptor_(descriptor) {}
  void write(std::string_view text) override;
  bool closed() const override;
  std::string failure() const override { return failure_; }

 private:
  int descriptor_;
  bool closed_ = false;
  std::string failure_{};
};

/// The three streams of a command and what is at their ends. The members that print whole lines are thread-safe.
struct IoStreams {
  IoStreams(OutStream& out_stream, OutStream& err_stream, platform::Terminal at)
      : out(out_stream), err(err_stream), terminal(at) {}

  OutStream& out;
  OutStream& err;
  platform::Terminal terminal;
  bool colour_out = false;  ///< Decided once from --color and the terminal.
  bool colour_err = false;
  bool quiet = false;  ///< --quiet: no progress, no notes; errors and warnings stay.

  /// One line of the result on stdout; the line break is added.
  void line(std::string_view text);
  /// One line on stderr as it is: traces, progress of a log.
  void err_line(std::string_view text);
  /// "Warning: …" on stderr (yellow when coloured), each distinct text once per process.
  void warn(std::string_view text);
  /// A note on stderr, dropped by --quiet: "using version 2025-cu0 (newest of the catalog)".
  void note(std::string_view text);

  /// Replaces the last line of stderr by `text` without ending it; any of the above ends it first.
  void rewrite_line(std::string_view text);
  /// Ends the line `rewrite_line` left open; does nothing when there is none.
  void end_line();

 private:
  void close_open_line();

  std::mutex mutex_{};
  std::set<std::string, std::less<>> warned_{};
  std::size_t open_width_ = 0;  ///< Columns of the line left open; 0 = none.
};

}  // namespace dba::output
