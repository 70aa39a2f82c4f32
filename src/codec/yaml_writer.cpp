#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/utf8.hpp"
#include "dba/codec/yaml.hpp"

#include "json_writer.hpp"
#include "key_order.hpp"
#include "numbers.hpp"
#include "yaml_scalar.hpp"

namespace dba::codec {

namespace {

/// What go-yaml leaves as it is; everything else needs double quotes.
bool is_printable(const CodePoint& point) {
  const char32_t c = point.value;
  return point.valid && ((c >= 0x20 && c < 0x7F) || c == '\n' || (c >= 0xA0 && c < 0xFFFE && c != 0xFEFF)) &&
         c != 0x2028 && c != 0x2029;
}

bool is_printable_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!is_printable(point)) return false;
    at += point.length;
  }
  return true;
}

bool is_blank_or_end(std::string_view text, std::size_t at) { return at >= text.size() || text[at] == ' '; }

/// A first character, or a pair inside, that would start some other YAML construct.
bool has_indicator(std::string_view text) {
  constexpr std::string_view kFirst = "#,[]{}&*!|>'\"%@`";
  constexpr std::string_view kFirstBeforeBlank = "?:-";
  if (text.starts_with("---") || text.starts_with("...")) return true;
  if (kFirst.find(text.front()) != std::string_view::npos) return true;
  if (kFirstBeforeBlank.find(text.front()) != std::string_view::npos && is_blank_or_end(text, 1)) return true;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == ':' && is_blank_or_end(text, at + 1)) return true;
    if (text[at] == '#' && text[at - 1] == ' ') return true;
  }
  return false;
}

/// Text that other types own ("yes", "0777", ""), or that other YAML 1.1 readers give to them ("1:30").
bool looks_typed(std::string_view text) {
  return resolve_plain(text).kind != PlainScalar::Kind::text || is_sexagesimal(text);
}

/// A "|" block shows the text as it is, unless blanks at its edges would get lost or read as indentation.
bool fits_literal_block(std::string_view text) {
  return text.front() != ' ' && text.front() != '\n' && text.back() != ' ' &&
         text.find(" \n") == std::string_view::npos;
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string escape(char32_t c) {
  constexpr std::string_view kPlain = "\"\\";
  constexpr std::string_view kNamed{"\0\a\b\t\n\v\f\r\x1B", 9};
  constexpr std::string_view kNames = "0abtnvfre";
  if (c < 0x80) {
    const char letter = static_cast<char>(c);
    if (kPlain.find(letter) != std::string_view::npos) return {'\\', letter};
    if (const std::size_t named = kNamed.find(letter); named != std::string_view::npos) return {'\\', kNames[named]};
  }
  if (c == 0x85) return "\\N";
  if (c == 0x2028) return "\\L";
  if (c == 0x2029) return "\\P";
  const auto value = static_cast<std::uint32_t>(c);
  if (c <= 0xFF) return fmt::format("\\x{:02X}", value);
  return c <= 0xFFFF ? fmt::format("\\u{:04X}", value) : fmt::format("\\U{:08X}", value);
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const char32_t c = point.valid ? point.value : 0xFFFD;
    if (!is_printable(point) || c == '\n' || c == '"' || c == '\\') {
      out += point.valid ? escape(c) : "\\uFFFD";
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out + "\"";
}

/// Text on one line.
std::string quote(std::string_view text) {
  if (!is_printable_text(text) || text.find('\n') != std::string_view::npos || looks_typed(text))
    return double_quoted(text);
  const bool plain = !has_indicator(text) && text.front() != ' ' && text.back() != ' ';
  return plain ? std::string(text) : single_quoted(text);
}

/// A plain "<<" as a key is a merge.
std::string quote_key(std::string_view key) { return key == "<<" ? "\"<<\"" : quote(key); }

std::string format_real(double value) {
  std::string text = json_number(value);
  constexpr double kIntegersEnd = 18446744073709551616.0;
  const bool integer = text.find_first_of(".e") == std::string::npos && std::abs(value) < kIntegersEnd;
  return integer || text == "null" ? text : go_number(value);
}

class YamlTextWriter {
 public:
  explicit YamlTextWriter(KeyOrder order) : order_(order) {}

  /// A value whose first line has been begun already (after "- ", or at the top); the others start at `indent`.
  void write_inline(const Json& value, std::size_t indent) {
    if (value.is_object() && !value.empty()) {
      write_mapping(value, indent, true);
    } else if (value.is_array() && !value.empty()) {
      write_sequence(value, indent, true);
    } else {
      write_scalar(value, indent);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_mapping(const Json& object, std::size_t indent, bool begun) {
    for (const Member& member : sorted_members(object)) {
      if (!begun) out_.append(indent, ' ');
      begun = false;
      write_member(quote_key(*member.key), *member.value, indent);
    }
  }

  void write_member(const std::string& key, const Json& value, std::size_t indent) {
    // Readers look no further than this for the colon of a key; go-yaml draws the line here.
    constexpr std::size_t kLongestSimpleKey = 128;
    if (key.size() > kLongestSimpleKey) {
      out_ += "? " + key + "\n" + std::string(indent, ' ') + ": ";
      write_inline(value, indent + 2);
      return;
    }
    out_ += key + ":";
    if (value.is_object() && !value.empty()) {
      out_ += '\n';
      write_mapping(value, indent + 2, false);
    } else if (value.is_array() && !value.empty()) {
      out_ += '\n';
      write_sequence(value, indent, false);
    } else {
      out_ += ' ';
      write_scalar(value, indent + 2);
    }
  }

  void write_sequence(const Json& array, std::size_t indent, bool begun) {
    for (const Json& element : array) {
      if (!begun) out_.append(indent, ' ');
      begun = false;
      out_ += "- ";
      write_inline(element, indent + 2);
    }
  }

  void write_scalar(const Json& value, std::size_t indent) {
    if (value.is_string()) {
      write_text(value.get_ref<const std::string&>(), indent);
    } else if (value.is_number_float()) {
      out_ += format_real(value.get<double>()) + "\n";
    } else {
      out_ += value.dump() + "\n";
    }
  }

  void write_text(std::string_view text, std::size_t indent) {
    if (text.find('\n') == std::string_view::npos || !is_printable_text(text) || !fits_literal_block(text)) {
      out_ += quote(text) + "\n";
      return;
    }
    const bool ends_line = text.ends_with('\n');
    out_ += text.ends_with("\n\n") ? "|+\n" : ends_line ? "|\n" : "|-\n";
    if (ends_line) text.remove_suffix(1);
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      if (end > start) out_.append(std::max<std::size_t>(indent, 2), ' ');
      out_ += text.substr(start, end - start);
      out_ += '\n';
      start = end + 1;
    }
  }

  std::vector<Member> sorted_members(const Json& object) const {
    std::vector<Member> members = members_of(object, order_ == KeyOrder::sorted);
    if (order_ == KeyOrder::sorted) {
      std::stable_sort(members.begin(), members.end(),
                       [](const Member& a, const Member& b) { return is_before(*a.key, *b.key); });
    }
    return members;
  }

  KeyOrder order_;
  std::string out_;
};

}  // namespace

std::string to_yaml(const Json& value, KeyOrder order) {
  YamlTextWriter writer(order);
  writer.write_inline(value, 0);
  return writer.take();
}

std::string to_yaml_stream(const std::vector<Json>& values, KeyOrder order) {
  std::string out;
  for (const Json& value : values) {
    if (!out.empty()) out += "---\n";
    out += to_yaml(value, order);
  }
  return out;
}

}  // namespace dba::codec
