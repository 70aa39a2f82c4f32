#include "dba/output/table.hpp"

#include <algorithm>
#include <utility>

#include "dba/base/text.hpp"

namespace dba::output {

namespace {

constexpr std::size_t kMinimumWidth = 6;
constexpr std::size_t kPadding = 3;

/// A cell is one line: cut at the first line break, as kubectl cuts.
std::string one_line(const std::string& cell) {
  const std::size_t end = cell.find_first_of("\n\r\f");
  if (end == std::string::npos) return neutralise_controls(cell);
  return neutralise_controls(std::string_view(cell).substr(0, end)) + "...";
}

}  // namespace

Table::Table(std::vector<Column> columns, bool wide, bool headers)
    : columns_(std::move(columns)), wide_(wide), headers_pending_(headers) {}

void Table::add(std::vector<std::string> cells) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (wide_ || !columns_[i].wide_only) shown.push_back(i < cells.size() ? one_line(cells[i]) : "");
  }
  rows_.push_back(std::move(shown));
}

std::string Table::flush() {
  if (rows_.empty()) return {};
  if (std::exchange(headers_pending_, false)) {
    std::vector<std::string> headers;
    for (const Column& column : columns_) {
      if (wide_ || !column.wide_only) headers.push_back(column.header);
    }
    rows_.insert(rows_.begin(), std::move(headers));
  }
  widths_.resize(rows_.front().size(), kMinimumWidth);
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths_[i] = std::max(widths_[i], display_width(row[i]) + kPadding);
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths_[i] - display_width(row[i]), ' ');
    }
    text += '\n';
  }
  rows_.clear();
  return text;
}

}  // namespace dba::output
