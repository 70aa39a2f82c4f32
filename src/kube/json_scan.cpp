#include "json_scan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"

namespace dba::kube {

namespace {

/// A watch event holds one object, which the API server limits to 3 MiB; far beyond that the peer is no API server.
constexpr std::size_t kLongestEvent = std::size_t{64} << 20U;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Walks the top level of one JSON object.
class TopLevel {
 public:
  explicit TopLevel(std::string_view text) : text_(text) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ExitCode::unexpected, fmt::format("the response is not a JSON object: {} at byte {}", what, at_));
  }

  char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ == text_.size()) fail("it ends too early");
    return text_[at_];
  }

  void expect(char c) {
    if (peek() != c) fail(fmt::format("'{}' is missing", c));
    ++at_;
  }

  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  ListPage::Span value() {
    const char first = peek();
    const std::size_t begin = at_;
    if (first == '{' || first == '[') {
      const std::optional<std::size_t> length = BracketScanner().feed(text_.substr(begin));
      if (!length) fail("it ends too early");
      at_ += *length;
    } else if (first == '"') {
      skip_string();
    } else {
      while (at_ < text_.size() && std::string_view(",]} \n\r\t").find(text_[at_]) == std::string_view::npos) ++at_;
    }
    return {begin, at_ - begin};
  }

  std::string_view key() {
    if (peek() != '"') fail("a key is missing");
    const std::size_t begin = at_;
    skip_string();
    return text_.substr(begin + 1, at_ - begin - 2);
  }

  std::string_view text_of(const ListPage::Span& span) const { return text_.substr(span.offset, span.length); }

 private:
  void skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return;
      }
    }
    at_ = text_.size();
    fail("it ends too early");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void read_items(TopLevel& top, std::vector<ListPage::Span>& items) {
  if (top.peek() != '[') {
    top.value();  // null: a list without items
    return;
  }
  top.expect('[');
  if (top.accept(']')) return;
  do {
    items.push_back(top.value());
  } while (top.accept(','));
  top.expect(']');
}

/// The text of a JSON string; empty for any other value.
std::string string_of(std::string_view value) {
  const Json text = codec::parse_json(value, "a field of the list");
  return text.is_string() ? text.get<std::string>() : "";
}

}  // namespace

std::optional<std::size_t> BracketScanner::feed(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

ListPage split_list_page(std::string body) {
  ListPage page;
  TopLevel top(body);
  top.expect('{');
  if (!top.accept('}')) {
    do {
      const std::string_view key = top.key();
      top.expect(':');
      if (key == "items") {
        page.has_items = true;
        read_items(top, page.items);
      } else {
        const ListPage::Span span = top.value();
        if (key == "kind") page.kind = string_of(top.text_of(span));
        if (key != "metadata") continue;
        const Json metadata = codec::parse_json(top.text_of(span), "metadata of the list");
        page.continue_token = codec::string_at(metadata, {"continue"});
        page.resource_version = codec::string_at(metadata, {"resourceVersion"});
      }
    } while (top.accept(','));
    top.expect('}');
  }
  page.body = std::move(body);
  return page;
}

void FrameSplitter::feed(std::string_view chunk) { buffer_ += chunk; }

std::optional<std::string> FrameSplitter::next() {
  if (scanned_ == start_) {
    while (start_ < buffer_.size() && is_space(buffer_[start_])) ++start_;
    scanned_ = start_;
    if (start_ == buffer_.size()) {
      drop_scanned_prefix();
      return std::nullopt;
    }
    if (buffer_[start_] != '{') throw Error(ExitCode::unexpected, "the watch sent something that is not a JSON object");
    scanner_ = BracketScanner();
  }
  const std::optional<std::size_t> length = scanner_.feed(std::string_view(buffer_).substr(scanned_));
  if (!length) {
    scanned_ = buffer_.size();
    if (scanned_ - start_ > kLongestEvent) throw Error(ExitCode::unexpected, "the watch sent an event over 64 MiB");
    drop_scanned_prefix();
    return std::nullopt;
  }
  const std::size_t end = scanned_ + *length;
  std::string frame = buffer_.substr(start_, end - start_);
  start_ = scanned_ = end;
  return frame;
}

/// Frames already handed out are erased only when no whole one is left, so that a burst costs one move of the rest.
void FrameSplitter::drop_scanned_prefix() {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
}

}  // namespace dba::kube
