#include "json_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "field_path.hpp"
#include "json_builder.hpp"

namespace dba::codec {

namespace {

/// Walks over the text and tells the reader's owner how far it has come; the library itself does not.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(std::string_view text, std::size_t& offset) : text_(text), offset_(&offset), at_(offset) {}
  static Cursor end_of(std::string_view text, std::size_t& offset) {
    Cursor cursor(text, offset);
    cursor.at_ = text.size();
    return cursor;
  }

  reference operator*() const { return text_[at_]; }
  Cursor& operator++() {
    *offset_ = ++at_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  std::string_view text_;
  std::size_t* offset_;
  std::size_t at_;
};

/// Takes the parser's events and grows the tree. The names are the library's.
class TreeBuilder {
 public:
  TreeBuilder(Json& root, const std::size_t& offset, const MemberObserver& observe)
      : root_(root), offset_(offset), observe_(observe) {}

  bool null() { return place(Json()); }
  bool boolean(bool value) { return place(Json(value)); }
  bool number_integer(std::int64_t value) { return place(Json(value)); }
  bool number_unsigned(std::uint64_t value) { return place(Json(value)); }
  bool number_float(double value, const std::string&) { return place(Json(value)); }
  bool string(std::string& value) { return place(Json(std::move(value))); }
  bool binary(Json::binary_t&) { return fail("syntax error"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Frame& frame = frames_.back();
    if (observe_) frame.child_path = member_path(frame.path, name);
    bool added = false;
    frame.slot = &frame.members.at(std::move(name), added);
    if (!observe_) return true;
    std::string why = observe_(frame.child_path, offset_, !added);
    return why.empty() || fail(std::move(why));
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& thrown) {
    constexpr int kNumberOverflow = 406;
    return fail(thrown.id == kNumberOverflow ? "number out of range" : "syntax error");
  }

  std::optional<JsonFailure> failure;

 private:
  struct Frame {
    ObjectBuilder members;
    Json* slot = nullptr;  ///< Where the value of the last key goes; null in an array.
    std::string path{};
    std::string child_path{};
  };

  bool fail(std::string why) {
    failure = JsonFailure{.why = std::move(why), .offset = offset_};
    return false;
  }

  Json& put(Json value) {
    if (frames_.empty()) return root_ = std::move(value);
    Frame& frame = frames_.back();
    if (frame.slot != nullptr) return *frame.slot = std::move(value);
    Json& array = frame.members.object();
    array.push_back(std::move(value));
    return array.back();
  }

  bool place(Json value) {
    put(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (frames_.size() >= kDeepest) return fail("nested too deeply");
    std::string path;
    if (observe_ && !frames_.empty()) {
      Frame& parent = frames_.back();
      path = parent.slot != nullptr ? parent.child_path : element_path(parent.path, parent.members.object().size());
    }
    frames_.push_back(Frame{.members = ObjectBuilder(put(std::move(container))), .path = std::move(path)});
    return true;
  }

  bool close() {
    frames_.pop_back();
    return true;
  }

  Json& root_;
  const std::size_t& offset_;
  const MemberObserver& observe_;
  std::vector<Frame> frames_;
};

}  // namespace

std::optional<JsonFailure> read_json(std::string_view text, std::size_t& offset, Json& value,
                                     const MemberObserver& observe) {
  TreeBuilder builder(value, offset, observe);
  const bool whole =
      Json::sax_parse(Cursor(text, offset), Cursor::end_of(text, offset), &builder, Json::input_format_t::json, false);
  if (whole) return std::nullopt;
  JsonFailure failure = builder.failure.value_or(JsonFailure{.why = "syntax error", .offset = offset});
  if (failure.why == "syntax error" && text.find_first_not_of(" \t\r\n", failure.offset) == std::string_view::npos) {
    failure.why = "unexpected end of input";
  }
  return failure;
}

Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t last_break = before.rfind('\n');
  const std::size_t line_start = last_break == std::string_view::npos ? 0 : last_break + 1;
  return {.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          .column = std::max<std::size_t>(1, before.size() - line_start)};
}

}  // namespace dba::codec
