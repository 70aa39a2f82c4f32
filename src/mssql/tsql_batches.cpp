#include "dba/mssql/tsql_batches.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
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

}  // namespace

std::vector<TsqlBatch> split_batches(std::string_view script) {
  if (script.starts_with(kByteOrderMark)) script.remove_prefix(kByteOrderMark.size());
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
