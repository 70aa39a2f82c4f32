#include "json_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/utf8.hpp"

#include "numbers.hpp"

namespace dba::codec {

namespace {

class JsonTextWriter {
 public:
  explicit JsonTextWriter(JsonLayout layout) : layout_(layout) {}

  void write(const Json& value, std::size_t level) {
    if (value.is_object()) {
      write_object(value, level);
    } else if (value.is_array()) {
      write_array(value, level);
    } else if (value.is_string()) {
      write_string(value.get_ref<const std::string&>());
    } else if (value.is_number_float()) {
      out_ += json_number(value.get<double>());
    } else {
      out_ += value.dump();
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_object(const Json& object, std::size_t level) {
    out_ += '{';
    bool first = true;
    for (const Member& member : members_of(object, layout_.sorted)) {
      begin_element(first, level + 1);
      write_string(*member.key);
      out_ += layout_.indented ? ": " : ":";
      write(*member.value, level + 1);
    }
    end_container('}', first, level);
  }

  void write_array(const Json& array, std::size_t level) {
    out_ += '[';
    bool first = true;
    for (const Json& element : array) {
      begin_element(first, level + 1);
      write(element, level + 1);
    }
    end_container(']', first, level);
  }

  void begin_element(bool& first, std::size_t level) {
    if (!first) out_ += ',';
    first = false;
    break_line(level);
  }

  void end_container(char bracket, bool empty, std::size_t level) {
    if (!empty) break_line(level);
    out_ += bracket;
  }

  void break_line(std::size_t level) {
    if (!layout_.indented) return;
    out_ += '\n';
    out_.append(level * 4, ' ');
  }

  void write_string(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint point = decode_utf8(text, at);
      if (!write_escape(point)) out_ += text.substr(at, point.length);
      at += point.length;
    }
    out_ += '"';
  }

  /// False when the code point stands for itself.
  bool write_escape(const CodePoint& point) {
    constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
    constexpr std::string_view kNames = "\"\\bfnrt";
    const char32_t c = point.value;
    if (!point.valid) {
      out_ += "\\ufffd";
      return true;
    }
    if (const std::size_t named = c < 0x80 ? kNamed.find(static_cast<char>(c)) : kNamed.npos; named != kNamed.npos) {
      out_ += '\\';
      out_ += kNames[named];
      return true;
    }
    const bool html = c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
    if (c >= 0x20 && !(html && layout_.escape_html)) return false;
    out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    return true;
  }

  JsonLayout layout_;
  std::string out_;
};

}  // namespace

std::string write_json(const Json& value, JsonLayout layout) {
  JsonTextWriter writer(layout);
  writer.write(value, 0);
  return writer.take();
}

std::vector<Member> members_of(const Json& object, bool sorted) {
  std::vector<Member> members;
  members.reserve(object.size());
  for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) members.push_back({&key, &value});
  if (sorted) {
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return *a.key < *b.key; });
  }
  return members;
}

}  // namespace dba::codec
