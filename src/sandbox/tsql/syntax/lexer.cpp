#include "tsql/syntax/lexer.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/base/utf8.hpp"

#include "tsql/errors.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool starts_name(char c) { return is_letter(c) || c == '_' || c == '#' || static_cast<unsigned char>(c) >= 0x80; }
bool continues_name(char c) { return starts_name(c) || is_digit(c) || c == '@' || c == '$'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string to_upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

class Lexer {
 public:
  Lexer(std::string_view text, bool quoted_identifier) : text_(text), quoted_identifier_(quoted_identifier) {}

  std::vector<Token> read() {
    if (!is_valid_utf8(text_)) fail_syntax("\uFFFD", 1);
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) read_one();
    start_ = at_;
    push(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void advance() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        advance();
      } else if (peek() == '-' && peek(1) == '-') {
        while (at_ < text_.size() && text_[at_] != '\n') advance();
      } else if (peek() == '/' && peek(1) == '*') {
        skip_comment();
      } else {
        return;
      }
    }
  }

  /// Comments nest in T-SQL.
  void skip_comment() {
    int depth = 0;
    do {
      if (at_ + 1 >= text_.size()) fail(113, "Missing end comment mark '*/'.", 15, 1, line_);
      if (peek() == '/' && peek(1) == '*') {
        ++depth, at_ += 2;
      } else if (peek() == '*' && peek(1) == '/') {
        --depth, at_ += 2;
      } else {
        advance();
      }
    } while (depth > 0);
  }

  void push(TokenKind kind, std::string text) {
    Token token{kind, std::move(text), {}, line_at_start_, start_, at_};
    if (kind == TokenKind::end) token.line = line_;
    if (kind == TokenKind::name) token.upper = to_upper(token.text);
    tokens_.push_back(std::move(token));
  }

  void read_one() {
    start_ = at_;
    line_at_start_ = line_;
    const char c = peek();
    if (c == '\'') return read_string(TokenKind::string);
    if ((c == 'N' || c == 'n') && peek(1) == '\'') {
      ++at_;
      return read_string(TokenKind::unicode_string);
    }
    if (c == '[') return push_name(read_quoted(']'));
    if (c == '"') {
      if (!quoted_identifier_) return push(TokenKind::string, read_quoted('"'));
      return push_name(read_quoted('"'));
    }
    if (c == '0' && (peek(1) == 'x' || peek(1) == 'X')) return read_binary();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (starts_name(c) || c == '@') return read_name();
    read_symbol();
  }

  void push_name(std::string name) {
    if (name.empty()) {
      fail(1038,
           "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "
           "For other "
           "statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to "
           "a valid name.",
           15, 4, line_at_start_);
    }
    push(TokenKind::quoted_name, std::move(name));
  }

  void read_string(TokenKind kind) { push(kind, read_quoted('\'')); }

  /// The text up to `end`, where a doubled `end` stands for itself.
  std::string read_quoted(char end) {
    advance();
    std::string text;
    while (true) {
      if (at_ >= text_.size()) {
        fail(105, fmt::format("Unclosed quotation mark after the character string '{}'.", text), 15, 1, line_at_start_);
      }
      if (text_[at_] == end) {
        if (peek(1) != end) break;
        ++at_;
      }
      text += text_[at_];
      advance();
    }
    ++at_;
    return text;
  }

  void read_binary() {
    at_ += 2;
    std::string digits;
    while (hex_digit(peek()) >= 0 && at_ < text_.size()) digits += text_[at_++];
    if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      bytes += static_cast<char>(hex_digit(digits[i]) * 16 + hex_digit(digits[i + 1]));
    }
    push(TokenKind::binary, std::move(bytes));
  }

  void read_number() {
    TokenKind kind = TokenKind::integer;
    while (is_digit(peek())) ++at_;
    if (peek() == '.') {
      kind = TokenKind::decimal;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      kind = TokenKind::floating;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      while (is_digit(peek())) ++at_;
    }
    push(kind, std::string(text_.substr(start_, at_ - start_)));
  }

  void read_name() {
    const bool variable = peek() == '@';
    ++at_;
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    push(variable ? TokenKind::variable : TokenKind::name, std::string(text_.substr(start_, at_ - start_)));
  }

  void read_symbol() {
    static constexpr auto kLong = std::to_array<std::string_view>(
        {"<>", "<=", ">=", "!=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::"});
    const std::string_view rest = text_.substr(at_);
    const auto* match = std::ranges::find_if(kLong, [&](std::string_view symbol) { return rest.starts_with(symbol); });
    const std::string symbol(match != kLong.end() ? *match : rest.substr(0, 1));
    if (symbol.size() == 1 && std::string_view("+-*/%&|^~=<>(),.;:!").find(symbol[0]) == std::string_view::npos) {
      fail_syntax(symbol, line_);
    }
    at_ += symbol.size();
    push(TokenKind::symbol, symbol);
  }

  std::string_view text_;
  bool quoted_identifier_;
  std::size_t at_ = 0, start_ = 0;
  int line_ = 1, line_at_start_ = 1;
  std::vector<Token> tokens_{};
};

}  // namespace

std::vector<Token> read_tokens(std::string_view batch, bool quoted_identifier) {
  return Lexer(batch, quoted_identifier).read();
}

bool is_reserved(std::string_view upper) {
  // @source learn.microsoft.com: "Reserved Keywords (Transact-SQL)"
  static constexpr std::string_view kWords =
      "ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK "
      "CHECKPOINT CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTAINSTABLE "
      "CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR "
      "DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISK DISTINCT DISTRIBUTED DOUBLE DROP DUMP "
      "ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN "
      "FREETEXT FREETEXTTABLE FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITYCOL "
      "IDENTITY_INSERT IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO LOAD MERGE "
      "NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENDATASOURCE OPENQUERY "
      "OPENROWSET OPENXML OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRECISION PRIMARY PRINT PROC PROCEDURE "
      "PUBLIC RAISERROR READ READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE "
      "RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA SECURITYAUDIT SELECT SEMANTICKEYPHRASETABLE "
      "SEMANTICSIMILARITYDETAILSTABLE SEMANTICSIMILARITYTABLE SESSION_USER SET SETUSER SHUTDOWN SOME "
      "STATISTICS SYSTEM_USER TABLE TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE "
      "TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN "
      "WHERE WHILE WITH WRITETEXT ";
  static const std::unordered_set<std::string> words = [] {
    const std::vector<std::string> all = split(kWords, ' ');
    return std::unordered_set<std::string>(all.begin(), all.end());
  }();
  return words.contains(std::string(upper));
}

std::string bracketed(std::string_view name) {
  std::string text = "[";
  for (const char c : name) text.append(c == ']' ? 2 : 1, c);
  return text + "]";
}

}  // namespace dba::sandbox::sqlserver::tsql
