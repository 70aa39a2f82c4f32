#include "dba/output/progress.hpp"

#include <chrono>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"

namespace dba::output {

namespace {

constexpr std::size_t kUnknownWidth = 80;

/// The first `columns` code points of `text`: a line that wraps could not be rewritten in place.
std::string cut(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  std::string out;
  for (std::size_t at = 0, used = 0; at < text.size() && used + 1 < columns; ++used) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    out += text.substr(at, end - at);
    at = end;
  }
  return out + "…";
}

}  // namespace

Progress::Progress(IoStreams& io, ProgressMode mode, platform::Clock& clock)
    : io_(io),
      in_place_(mode == ProgressMode::automatic && io.terminal.err_tty),
      silent_(mode == ProgressMode::none || io.quiet),
      clock_(clock),
      start_(clock.steady_now()) {}

void Progress::update(std::string_view text) {
  if (silent_ || (!in_place_ && text == last_)) return;
  last_ = text;
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady_now() - start_);
  const std::string line = human_duration(elapsed.count()) + "  " + neutralise_controls(text);
  if (!in_place_) return io_.err_line(line);
  const std::size_t width = io_.terminal.width == 0 ? kUnknownWidth : io_.terminal.width;
  io_.rewrite_line(cut(line, width - 1));
}

void Progress::finish() {
  if (in_place_ && !silent_) io_.end_line();
}

}  // namespace dba::output
