#pragma once
// Cuts JSON into pieces without building trees: the items of a list page, the frames of a watch. Only quotes, escapes
// and brackets are looked at; what is inside a piece is checked by whoever parses it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dba::kube {

/// Finds the end of one object or array, over as many chunks as it takes.
class BracketScanner {
 public:
  /// @param text bytes that follow the ones seen so far; the first byte of all must be `{` or `[`.
  /// @returns how many bytes of `text` belong to the value when it ends in there; absent when more must come.
  std::optional<std::size_t> feed(std::string_view text);

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

/// One page of a List: its own fields, and where its items stand in the body.
struct ListPage {
  std::string body{};
  std::string kind{};
  std::string continue_token{}, resource_version{};
  bool has_items = false;  ///< Also when they are null.
  struct Span {
    std::size_t offset, length;
  };
  std::vector<Span> items{};
  std::string_view item(const Span& span) const { return std::string_view(body).substr(span.offset, span.length); }
};

/// @throws Error (unexpected) when `body` is not a whole JSON object.
ListPage split_list_page(std::string body);

/// Turns the chunks of a watch into whole JSON objects, wherever the chunks were cut.
class FrameSplitter {
 public:
  void feed(std::string_view chunk);
  /// The next whole frame, or nothing until more is fed.
  /// @throws Error (unexpected) for anything between frames that is not white space, and for a frame over 64 MiB.
  std::optional<std::string> next();

 private:
  void drop_scanned_prefix();
  std::string buffer_;
  std::size_t start_ = 0;    ///< First byte of the frame under way.
  std::size_t scanned_ = 0;  ///< How far `scanner_` has looked.
  BracketScanner scanner_;
};

}  // namespace dba::kube
