#include "tsql/types/collation.hpp"

#include "dba/base/utf8.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

char32_t lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c < 0xC0) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 32;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1U;
  if (c == 0x178) return 0xFF;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

char32_t upper(char32_t c) {
  if (c >= U'a' && c <= U'z') return c - 32;
  if (c < 0xE0) return c;
  if (c <= 0xFE) return c == 0xF7 ? c : c - 32;
  if (c == 0xFF) return 0x178;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c & ~1U;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 0 ? c - 1 : c;
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return c - 32;
  if (c >= 0x430 && c <= 0x44F) return c - 32;
  if (c >= 0x450 && c <= 0x45F) return c - 80;
  return c;
}

std::string_view without_blanks(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

template <typename Fold>
std::string folded(std::string_view utf8, Fold fold) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint point = decode_utf8(utf8, at);
    if (point.valid) {
      append_utf8(out, fold(point.value));
    } else {
      out.append(utf8.substr(at, point.length));
    }
    at += point.length;
  }
  return out;
}

class Like {
 public:
  Like(std::string_view text, std::string_view pattern, std::string_view escape)
      : text_(text), pattern_(pattern), escape_(escape) {}

  /// Backtracks to the last % only: what an earlier one could take in addition, the last one can.
  bool matches() const {
    std::size_t at = 0, place = 0;
    std::size_t star = std::string_view::npos, resume = 0;
    while (true) {
      if (place < pattern_.size() && pattern_[place] == '%') {
        star = ++place, resume = at;
        continue;
      }
      std::size_t next_at = at, next_place = place;
      if (place < pattern_.size() && at < text_.size() && one(next_at, next_place)) {
        at = next_at, place = next_place;
        continue;
      }
      if (at >= text_.size() && place >= pattern_.size()) return true;
      if (star == std::string_view::npos || resume >= text_.size()) return false;
      resume += decode_utf8(text_, resume).length;
      at = resume, place = star;
    }
  }

 private:
  bool one(std::size_t& at, std::size_t& place) const {
    const CodePoint c = decode_utf8(text_, at);
    at += c.length;
    if (!escape_.empty() && pattern_.substr(place).starts_with(escape_)) {
      place += escape_.size();
      if (place >= pattern_.size()) return false;
      return literal(c.value, place);
    }
    if (pattern_[place] == '_') {
      ++place;
      return true;
    }
    if (pattern_[place] == '[') {
      const std::size_t close = pattern_.find(']', place + 2);
      if (close != std::string_view::npos) {
        const std::string_view set = pattern_.substr(place + 1, close - place - 1);
        place = close + 1;
        return in_set(c.value, set);
      }
    }
    return literal(c.value, place);
  }

  bool literal(char32_t c, std::size_t& place) const {
    const CodePoint p = decode_utf8(pattern_, place);
    place += p.length;
    return lower(c) == lower(p.value);
  }

  static bool in_set(char32_t c, std::string_view set) {
    const bool negated = set.starts_with('^');
    if (negated) set.remove_prefix(1);
    bool found = false;
    for (std::size_t i = 0; i < set.size();) {
      const CodePoint from = decode_utf8(set, i);
      i += from.length;
      char32_t to = from.value;
      if (i + 1 < set.size() && set[i] == '-') {
        const CodePoint last = decode_utf8(set, i + 1);
        to = last.value;
        i += 1 + last.length;
      }
      found = found || (lower(c) >= lower(from.value) && lower(c) <= lower(to));
    }
    return found != negated;
  }

  std::string_view text_, pattern_, escape_;
};

}  // namespace

int compare_text(std::string_view a, std::string_view b) {
  a = without_blanks(a), b = without_blanks(b);
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const CodePoint x = decode_utf8(a, i), y = decode_utf8(b, j);
    const char32_t left = lower(x.value), right = lower(y.value);
    if (left != right) return left < right ? -1 : 1;
    i += x.length, j += y.length;
  }
  return i < a.size() ? 1 : j < b.size() ? -1 : 0;
}

std::string lower_text(std::string_view utf8) { return folded(utf8, lower); }
std::string upper_text(std::string_view utf8) { return folded(utf8, upper); }

bool matches_like(std::string_view text, std::string_view pattern, std::string_view escape) {
  return Like(text, pattern, escape).matches();
}

}  // namespace dba::sandbox::sqlserver::tsql
