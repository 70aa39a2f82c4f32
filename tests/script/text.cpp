#include "script/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <regex.h>

namespace dba::script {

std::size_t count_matches(const std::string& pattern, const std::string& text) {
  regex_t compiled;
  if (const int error = regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NEWLINE); error != 0) {
    std::array<char, 256> message{};
    regerror(error, &compiled, message.data(), message.size());
    throw std::runtime_error(fmt::format("bad pattern \"{}\": {}", pattern, message.data()));
  }
  const std::unique_ptr<regex_t, void (*)(regex_t*)> owner(&compiled, regfree);
  std::size_t count = 0;
  std::size_t at = 0;
  regmatch_t match{};
  while (at <= text.size()) {
    const bool line_start = at == 0 || text[at - 1] == '\n';
    if (regexec(&compiled, text.c_str() + at, 1, &match, line_start ? 0 : REG_NOTBOL) != 0) {
      break;
    }
    ++count;
    const auto end = static_cast<std::size_t>(match.rm_eo);
    at += match.rm_eo == match.rm_so ? end + 1 : end;
  }
  return count;
}

std::string escape_pattern(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view(R"(.[]{}()\*+?|^$)").find(c) != std::string_view::npos) {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::chrono::milliseconds parse_duration(const std::string& text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || (unit != "ms" && unit != "s")) {
    throw std::runtime_error(fmt::format("bad duration \"{}\"; write 500ms or 10s", text));
  }
  return std::chrono::milliseconds(unit == "s" ? number * 1000 : number);
}

std::string replace_variables(std::string_view text, const Variables& variables, bool for_pattern) {
  std::string result;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    result += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) {
      break;
    }
    const bool braces = text.starts_with("${");
    const std::string_view from = text.substr(braces ? 2 : 1);
    const auto* const name_end =
        std::find_if_not(from.begin(), from.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    const auto length = static_cast<std::size_t>(name_end - from.begin());
    if (length == 0 || (braces && !from.substr(length).starts_with('}'))) {
      result += '$';
      text.remove_prefix(1);
      continue;
    }
    const std::string name(from.substr(0, length));
    const auto found = variables.find(name);
    if (found == variables.end()) {
      throw std::runtime_error(fmt::format("variable {} is not set", name));
    }
    result += for_pattern ? escape_pattern(found->second) : found->second;
    text.remove_prefix(length + (braces ? 3 : 1));
  }
  return result;
}

std::string first_difference(const std::string& got, const std::string& want) {
  const auto at = std::mismatch(got.begin(), got.end(), want.begin(), want.end()).first;
  const auto offset = static_cast<std::size_t>(at - got.begin());
  const std::size_t start = offset == 0 ? 0 : got.rfind('\n', offset - 1) + 1;
  const auto line_of = [start](const std::string& text) {
    return start >= text.size() ? std::string("(end)") : text.substr(start, text.find('\n', start) - start);
  };
  return fmt::format("line {}:\n  got:  {}\n  want: {}", std::count(got.begin(), at, '\n') + 1, line_of(got),
                     line_of(want));
}

std::string replace_all(std::string text, const std::string& what, const std::string& with) {
  if (what.empty()) {
    return text;
  }
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace dba::script
