#include "delimited.hpp"

namespace dba::cli {

namespace {

void append_csv(std::string& line, const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

void append_tsv(std::string& line, const std::string& text) {
  for (const char c : text) {
    if (c == '\t') {
      line += "\\t";
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (c == '\\') {
      line += "\\\\";
    } else {
      line += c;
    }
  }
}

}  // namespace

std::string delimited_line(const std::vector<std::optional<std::string>>& cells, Delimited form) {
  const bool csv = form == Delimited::csv;
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += csv ? ',' : '\t';
    if (!cells[i]) {
      line += csv ? "" : "\\N";
    } else if (csv) {
      append_csv(line, *cells[i]);
    } else {
      append_tsv(line, *cells[i]);
    }
  }
  return line + '\n';
}

}  // namespace dba::cli
