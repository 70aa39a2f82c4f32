#pragma once
// The text of a -f file before it is parsed: encodings, line breaks, document separators.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dba::codec {

/// What is wrong with a document and on which line; becomes dba::Error where the name of the source is known.
struct YamlFailure : std::runtime_error {
  YamlFailure(std::size_t at_line, const std::string& why) : std::runtime_error(why), line(at_line) {}
  std::size_t line;  ///< 1-based.
};

/// UTF-8 without byte order mark, from UTF-8 or UTF-16; line breaks become "\n".
/// @throws YamlFailure for a torn UTF-16 text.
std::string decode_source(std::string_view bytes);

/// @throws YamlFailure for broken UTF-8 and for control characters, which YAML forbids.
void check_characters(std::string_view text);

struct Chunk {
  std::string_view text;
  std::size_t first_line;  ///< 1-based.
};

/// The documents between lines that start with "---".
/// @throws YamlFailure for a separator with something behind it.
std::vector<Chunk> split_documents(std::string_view text);

}  // namespace dba::codec
