#pragma once
// T-SQL cut into words.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dba::sandbox::sqlserver::tsql {

enum class TokenKind {
  end,
  name,
  quoted_name,
  variable,
  string,
  unicode_string,
  integer,
  decimal,
  floating,
  binary,
  symbol
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text{};    ///< Names and strings without their quotes, binary as bytes, everything else as written.
  std::string upper{};   ///< `text` of a name in upper case (ASCII), to compare with keywords; else empty.
  int line = 1;          ///< From 1.
  std::size_t from = 0;  ///< First byte in the batch.
  std::size_t to = 0;    ///< One past the last.
};

/// The words of a batch, closed by one of kind `end`.
/// @param quoted_identifier whether "x" is a name (SET QUOTED_IDENTIFIER ON) or a string
/// @throws SqlError 105 (unclosed quotation mark), 113 (unclosed comment), 102, 1038 (name without letters)
std::vector<Token> read_tokens(std::string_view batch, bool quoted_identifier = true);

/// Whether a word cannot be a name unless it is quoted. @param upper in upper case
bool is_reserved(std::string_view upper);

/// A name as QUOTENAME writes it.
std::string bracketed(std::string_view name);

}  // namespace dba::sandbox::sqlserver::tsql
