#include "key_order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dba::codec {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// True when the digits right before `at` make a number that has begun with something else than zeros.
bool continues_number(std::string_view text, std::size_t at) {
  while (at > 0 && is_digit(text[at - 1])) {
    if (text[--at] != '0') return true;
  }
  return false;
}

struct DigitRun {
  std::uint64_t value = 0;
  std::size_t end = 0;
};

DigitRun read_run(std::string_view text, std::size_t at, std::uint64_t start) {
  DigitRun run{.value = start, .end = at};
  for (; run.end < text.size() && is_digit(text[run.end]); ++run.end) {
    run.value = run.value * 10 + static_cast<std::uint64_t>(text[run.end] - '0');
  }
  return run;
}

}  // namespace

bool is_before(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() || in_b == b.end()) return a.size() < b.size();
  if (is_letter(*in_a) && is_letter(*in_b))
    return static_cast<unsigned char>(*in_a) < static_cast<unsigned char>(*in_b);
  if (is_letter(*in_a) || is_letter(*in_b)) return is_letter(*in_b);
  const auto at = static_cast<std::size_t>(in_a - a.begin());
  const bool zero_inside = (*in_a == '0' || *in_b == '0') && continues_number(a, at);
  const DigitRun run_a = read_run(a, at, zero_inside ? 1 : 0);
  const DigitRun run_b = read_run(b, at, zero_inside ? 1 : 0);
  if (run_a.value != run_b.value) return run_a.value < run_b.value;
  if (run_a.end != run_b.end) return run_a.end < run_b.end;
  return *in_a < *in_b;
}

}  // namespace dba::codec
