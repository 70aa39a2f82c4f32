#pragma once
// What scripts need of texts: patterns, durations, variables, differences, whole files.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace dba::script {

/// How often `pattern` matches, without overlaps. POSIX extended regular expressions, where ^ and $ stand at every line
/// and . never matches a line's end. Not std::regex: that one overflows the stack on long lines.
/// @throws std::runtime_error for a bad pattern.
std::size_t count_matches(const std::string& pattern, const std::string& text);
/// `text` with everything that means something in a pattern escaped.
std::string escape_pattern(std::string_view text);

/// "500ms" or "10s". @throws std::runtime_error for anything else.
std::chrono::milliseconds parse_duration(const std::string& text);

using Variables = std::map<std::string, std::string>;
/// Replaces $NAME and ${NAME}; a lone $ stays. @throws std::runtime_error for a variable that is not set.
std::string replace_variables(std::string_view text, const Variables& variables, bool for_pattern);

/// The first line in which two different texts differ, for people.
std::string first_difference(const std::string& got, const std::string& want);
std::string replace_all(std::string text, const std::string& what, const std::string& with);

/// @throws std::runtime_error when the file cannot be read.
std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, std::string_view text);  ///< Makes the folders above it.

}  // namespace dba::script
