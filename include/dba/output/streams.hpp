#pragma once
// stdout is the result, stderr is everything else. No std::cout below main.

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "dba/platform/terminal.hpp"

namespace dba::output {

class OutStream {
 public:
  virtual ~OutStream() = default;
  virtual void write(std::string_view text) = 0;
};

/// A file descriptor, unbuffered. A closed pipe ends quietly: `closed()` turns true and writes are dropped.
class FileStream : public OutStream {
 public:
  explicit FileStream(int descriptor) : descriptor_(descriptor) {}
  void write(std::string_view text) override;
  bool closed() const { return closed_; }

 private:
  int descriptor_;
  bool closed_ = false;
};

/// For tests and for output that is looked at before it is shown.
class StringStream : public OutStream {
 public:
  void write(std::string_view text) override { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The three streams of a command and what is at their ends.
struct IoStreams {
  OutStream& out;
  OutStream& err;
  platform::Terminal terminal;
  bool colour_out = false;  ///< Decided once from --color and the terminal.
  bool colour_err = false;
  bool quiet = false;       ///< --quiet: no progress, no notes; errors and warnings stay.

  void line(std::string_view text) { out.write(std::string(text) + "\n"); }
  /// "Warning: …" on stderr (yellow when coloured), each distinct text once per process. Thread-safe.
  void warn(std::string_view text);
  /// A note on stderr, dropped by --quiet: "using version 2025-cu0 (newest of the catalog)".
  void note(std::string_view text);

 private:
  std::mutex mutex_{};
  std::set<std::string, std::less<>> warned_{};
};

}  // namespace dba::output
