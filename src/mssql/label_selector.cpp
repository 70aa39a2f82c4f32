// The grammar of label selectors, so that a slip is told before anything is contacted.
// @source apimachinery labels/selector.go Parse

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/mssql/list_service.hpp"

#include "label_syntax.hpp"

namespace dba::mssql {

namespace {

class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : text_(text) {}

  /// requirement ("," requirement)*
  void read() {
    skip_blanks();
    if (at_end()) return;
    do {
      read_requirement();
    } while (take(","));
    if (!at_end()) fail(fmt::format("\"{}\" is not understood", text_.substr(at_)));
  }

 private:
  void read_requirement() {
    const bool negated = take("!");
    refuse(label_key_problem(word()));
    if (negated || at_end() || text_[at_] == ',') return;
    for (const std::string_view sign : {">", "<"}) {
      if (take(sign)) return read_number(sign);
    }
    for (const std::string_view sign : {"==", "!=", "="}) {
      if (take(sign)) return refuse(label_value_problem(word()));
    }
    const std::string_view verb = word();
    if (verb != "in" && verb != "notin")
      fail(fmt::format("behind a key stands =, ==, !=, in, notin, > or <, not \"{}\"",
                       verb.empty() ? text_.substr(at_) : verb));
    read_set(verb);
  }

  void read_number(std::string_view sign) {
    const std::string_view number = word();
    const bool fits =
        !number.empty() && std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!fits) fail(fmt::format("behind {} stands a whole number, not \"{}\"", sign, number));
  }

  void read_set(std::string_view verb) {
    if (!take("(")) fail(fmt::format("behind {} stand values in parentheses", verb));
    do {
      refuse(label_value_problem(word()));
    } while (take(","));
    if (!take(")")) fail("a closing parenthesis is missing");
  }

  /// Up to a blank or a sign; the blanks behind it are skipped.
  std::string_view word() {
    const std::size_t end = std::min(text_.find_first_of(" \t\n,()!=<>", at_), text_.size());
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    skip_blanks();
    return found;
  }

  bool take(std::string_view sign) {
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    skip_blanks();
    return true;
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size()); }
  bool at_end() const { return at_ == text_.size(); }

  void refuse(const std::string& problem) const {
    if (!problem.empty()) fail(problem);
  }
  [[noreturn]] void fail(std::string_view why) const {
    throw usage_error(
        fmt::format("\"{}\" is no label selector such as team=payments or 'tier in (gold,silver)': {}", text_, why));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void check_label_selector(std::string_view text) { SelectorReader(text).read(); }

}  // namespace dba::mssql
