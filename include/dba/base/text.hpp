#pragma once
// Small text helpers with no I/O.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dba {

std::string to_lower(std::string_view text);                            ///< ASCII only.
std::string trim(std::string_view text);                                ///< ASCII white space at both ends.
std::vector<std::string> split(std::string_view text, char separator);  ///< "a,,b" → a, "", b; "" → nothing.
/// "a", "b" with ", " between → "a, b"; no part → "".
std::string join(std::span<const std::string> parts, std::string_view separator);
/// Whether `word` is one of `words`.
template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Optimal-string-alignment distance (a swap of neighbours counts one), for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);
/// Candidates close enough to `word` to be worth suggesting (distance ≤ 2 and less than its length, or prefix), best
/// first.
std::vector<std::string> close_matches(std::string_view word, std::span<const std::string> candidates);

std::size_t display_width(std::string_view utf8);  ///< Unicode code points, as kubectl counts.
/// Control characters (ESC, CR, C1 …) from the cluster made harmless: ESC → "^[", others → "\u0007" style; \n and \t
/// kept only when `multiline`.
std::string neutralise_controls(std::string_view text, bool multiline = false);
/// One word for a POSIX shell: quoted only when it has to be. For hints the user can paste.
std::string shell_quote(std::string_view word);
/// "a", "a and b", "a, b and c".
std::string english_list(std::span<const std::string> parts, std::string_view conjunction = "and");

/// RFC 1123 label (≤ 63) / subdomain (≤ 253): what is wrong with it, or empty when it is fine.
std::string dns_label_problem(std::string_view name);
std::string dns_subdomain_problem(std::string_view name);

}  // namespace dba
