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
      start_(clock.steady_now()) {
  if (in_place_ && !silent_) ticker_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
}

Progress::~Progress() {
  ticker_ = {};  // Stopped and joined: nobody draws behind the end.
  finish();
}

void Progress::update(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (silent_ || (!in_place_ && text == last_)) return;
  last_ = text;
  shown_ = true;
  if (in_place_) {
    redraw();
  } else {
    io_.err_line(elapsed() + "  " + neutralise_controls(text));
  }
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (in_place_ && shown_) io_.end_line();
  shown_ = false;
}

void Progress::tick(const std::stop_token& stop) {
  constexpr std::chrono::seconds kPeriod{1};
  for (platform::SteadyTime next = start_ + kPeriod; !clock_.sleep_until(next, stop); next += kPeriod) {
    const std::lock_guard lock(mutex_);
    if (shown_) redraw();
  }
}

void Progress::redraw() {
  const std::size_t width = io_.terminal.width == 0 ? kUnknownWidth : io_.terminal.width;
  io_.rewrite_line(cut(elapsed() + "  " + neutralise_controls(last_), width - 1));
}

std::string Progress::elapsed() const {
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(clock_.steady_now() - start_).count());
}

}  // namespace dba::output
