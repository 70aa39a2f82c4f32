#include "warnings.hpp"

#include <algorithm>
#include <optional>

#include "dba/base/utf8.hpp"

namespace dba::kube {

namespace {

class Entries {
 public:
  explicit Entries(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) text_.remove_prefix(1);
  }

  bool empty() const { return text_.empty(); }

  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::string_view word() {
    const std::string_view found = text_.substr(0, text_.find(' '));
    text_.remove_prefix(found.size());
    return found;
  }

  std::optional<std::string> quoted() {
    if (!accept('"')) return std::nullopt;
    std::string out;
    while (!text_.empty()) {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return out;
      if (c == '\\') {
        if (text_.empty()) return std::nullopt;
        c = text_.front();
        text_.remove_prefix(1);
      }
      out += c;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

bool is_code(std::string_view word) {
  return word.size() == 3 && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_printable(std::string_view text) {
  return is_valid_utf8(text) && std::none_of(text.begin(), text.end(),
                                             [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::vector<std::string> parse_warning_header(std::string_view value) {
  std::vector<std::string> texts;
  Entries entries(value);
  do {
    entries.skip_blanks();
    const std::string_view code = entries.word();
    if (!is_code(code) || !entries.accept(' ')) return texts;
    if (entries.word().empty() || !entries.accept(' ')) return texts;
    const std::optional<std::string> text = entries.quoted();
    if (!text || !is_printable(*text)) return texts;
    entries.skip_blanks();
    if (const std::optional<std::string> date = entries.quoted(); date) entries.skip_blanks();
    if (code == "299" && !text->empty()) texts.push_back(*text);
  } while (entries.accept(','));
  return texts;
}

}  // namespace dba::kube
