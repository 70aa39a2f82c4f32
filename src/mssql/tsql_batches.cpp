#include "dba/mssql/tsql_batches.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/base/utf16.hpp"
#include "dba/base/utf8.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf", kLittleEndianMark = "\xff\xfe", kBigEndianMark = "\xfe\xff";
constexpr std::string_view kBlanks = " \t\r\f\v";

/// What the text is in the middle of, from one line to the next.
class Reader {
 public:
  /// Whether the next line begins as code.
  bool in_code() const { return closer_ == 0 && comment_depth_ == 0; }

  void read(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string_view two = line.substr(i, 2);
      if (comment_depth_ > 0) {
        if (two == "/*" || two == "*/") {
          comment_depth_ += two == "/*" ? 1 : -1;
          ++i;
        }
      } else if (closer_ != 0) {
        if (line[i] != closer_) continue;
        if (two.size() == 2 && two[1] == closer_) {
          ++i;  // Doubled, it stands for itself.
        } else {
          closer_ = 0;
        }
      } else if (two == "--") {
        return;
      } else if (two == "/*") {
        ++comment_depth_;
        ++i;
      } else if (line[i] == '\'' || line[i] == '"' || line[i] == '[') {
        closer_ = line[i] == '[' ? ']' : line[i];
      }
    }
  }

 private:
  char closer_ = 0;        ///< What ends the string or quoted name; 0 = none is open.
  int comment_depth_ = 0;  ///< Comments nest.
};

/// How often the batch before this line is to run; absent when the line is no GO.
/// @throws Error (usage)
std::optional<int> parse_go(std::string_view line, int number) {
  std::string text = trim(line);
  if (const std::size_t comment = text.find("--"); comment != std::string::npos) text = trim(text.substr(0, comment));
  if (text.ends_with(';')) text = trim(text.substr(0, text.size() - 1));
  if (to_lower(text) == "go") return 1;
  if (to_lower(text.substr(0, 2)) != "go" || kBlanks.find(text[2]) == std::string_view::npos) return std::nullopt;
  const std::string count = trim(text.substr(2));
  if (count.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  int times = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), times);
  if (error != std::errc() || times < 1)
    throw usage_error(fmt::format("line {}: GO {}: the count has to be from 1 to 2147483647", number, count));
  return times;
}

/// The line that byte `at` is in, from 1.
std::ptrdiff_t line_of(std::string_view text, std::size_t at) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
}

std::string from_utf16_bytes(std::string_view bytes, bool little_endian, std::string_view source) {
  if (bytes.size() % 2 != 0)
    throw usage_error(fmt::format("{}: UTF-16 that ends in the middle of a character", source));
  std::u16string units;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    units += static_cast<char16_t>(little_endian ? first | second << 8 : first << 8 | second);
  }
  return from_utf16(units);
}

}  // namespace

std::string decode_script(std::string bytes, std::string_view source) {
  if (bytes.starts_with(kLittleEndianMark) || bytes.starts_with(kBigEndianMark))
    bytes = from_utf16_bytes(std::string_view(bytes).substr(2), bytes.starts_with(kLittleEndianMark), source);
  if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint point = decode_utf8(bytes, at);
    // A driver may take it for the end of the statement.
    if (point.valid && point.value == 0)
      throw usage_error(
          fmt::format("{}: NUL byte in line {}: T-SQL has none, UTF-16 without a byte order mark has many", source,
                      line_of(bytes, at)),
          "iconv -f UTF-16LE -t UTF-8 FILE");
    if (!point.valid)
      throw usage_error(fmt::format("{}: byte 0x{:02x} in line {} is no UTF-8", source,
                                    static_cast<unsigned>(point.value), line_of(bytes, at)),
                        "iconv -f WINDOWS-1252 -t UTF-8 FILE");
    at += point.length;
  }
  return bytes;
}

std::vector<TsqlBatch> split_batches(std::string_view script) {
  std::vector<TsqlBatch> batches;
  TsqlBatch batch;
  Reader reader;
  const auto finish = [&](int times) {
    batch.times = times;
    if (!trim(batch.text).empty()) batches.push_back(std::move(batch));
  };
  int number = 0;
  while (!script.empty()) {
    const std::size_t length = std::min(script.find('\n'), script.size());
    const std::string_view line = script.substr(0, length);
    script.remove_prefix(std::min(length + 1, script.size()));
    ++number;
    const std::optional<int> times = reader.in_code() ? parse_go(line, number) : std::nullopt;
    if (times) {
      finish(*times);
      batch = {.line = number + 1};
      continue;
    }
    reader.read(line);
    batch.text.append(line);
    batch.text += '\n';
  }
  finish(1);
  return batches;
}

}  // namespace dba::mssql
