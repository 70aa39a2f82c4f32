#include "dba/output/error_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/output/format.hpp"

namespace dba::output {

namespace {

/// `text` behind `label`; its further lines stand under its first one.
std::string labelled(std::string_view label, std::string_view text) {
  std::string out(label);
  for (const char c : neutralise_controls(trim(text), true)) {
    out += c;
    if (c == '\n') out.append(display_width(label), ' ');
  }
  return out + "\n";
}

std::string_view name_of_code(ExitCode code) {
  for (const ExitCodeRow& row : exit_code_table()) {
    if (row.code == code) return row.name;
  }
  return "unexpected";
}

/// "sql-unreachable" → "SqlUnreachable": reasons look alike whether the API server or we made them.
std::string camel_case(std::string_view words) {
  std::string out;
  bool upper = true;
  for (const char c : words) {
    const bool separator = c == '-' || c == '_' || c == ' ';
    if (!separator) out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = separator;
  }
  return out;
}

}  // namespace

std::string error_text(const ErrorInfo& error, bool colour) {
  const std::string_view message = std::string_view(error.message).starts_with("error: ")
                                       ? std::string_view(error.message).substr(7)
                                       : error.message;
  std::string text = labelled("error: ", message);
  if (colour) text.replace(0, 6, "\x1b[31;1merror:\x1b[0m");
  for (const std::string& detail : error.details) text += labelled("  - ", detail);
  if (!error.cause.empty()) text += labelled("  cause: ", error.cause);
  if (!error.hint.empty()) text += labelled("  try:   ", error.hint);
  return text;
}

Json error_report(const ErrorInfo& error) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json report = make_report("Error");
  report["reason"] = error.reason.empty() ? camel_case(name_of_code(error.code)) : error.reason;
  report["message"] = error.message;
  report["details"] = error.details;
  report["cause"] = text_or_null(error.cause);
  report["hint"] = text_or_null(error.hint);
  report["exitCode"] = static_cast<int>(error.code);
  return report;
}

}  // namespace dba::output
