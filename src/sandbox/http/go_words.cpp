#include "http/go_words.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace dba::sandbox::http {

namespace {

constexpr std::size_t kPreview = 30;  ///< @source apimachinery: length of the data in "is unrecognized"

/// The number after the last mention of `word`.
std::optional<std::size_t> number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.rfind(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t number = 0;
  const std::string_view digits = text.substr(at + word.size());
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<char> letter_at(std::string_view text, std::size_t line, std::size_t column) {
  for (std::size_t passed = 1; passed < line; ++passed) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return column >= 1 && column <= text.size() ? std::optional(text[column - 1]) : std::nullopt;
}

}  // namespace

std::string json_fault(std::string_view text, const Error& error) {
  const std::string& message = error.info().message;
  constexpr std::string_view kEnd = "unexpected end of JSON input";
  if (message.find("unexpected end of input") != std::string::npos) return std::string(kEnd);
  const std::optional<std::size_t> line = number_after(message, "line "), column = number_after(message, "column ");
  const std::optional<char> letter = line && column ? letter_at(text, *line, *column) : std::nullopt;
  if (!letter) return message;
  const bool printable = *letter >= 0x20 && *letter < 0x7f;
  const std::string shown =
      printable ? std::string(1, *letter) : fmt::format("\\x{:02x}", static_cast<unsigned char>(*letter));
  return fmt::format("invalid character '{}' looking for beginning of value", shown);
}

std::string yaml_fault(const Error& error) {
  const std::string& message = error.info().message;
  const std::size_t at = message.find("yaml: ");
  return at == std::string::npos ? message : message.substr(at);
}

std::string body_preview(std::string_view body) {
  if (body.empty()) return "<empty>";
  const bool object = body.front() == '{';
  std::string shown;
  if (object) {
    shown = body.substr(0, kPreview);
  } else {
    for (const char letter : body.substr(0, kPreview)) {
      shown += fmt::format("{:02x}", static_cast<unsigned char>(letter));
    }
  }
  return body.size() > kPreview ? shown + " ..." : shown;
}

}  // namespace dba::sandbox::http
