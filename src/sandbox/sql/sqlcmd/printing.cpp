#include "sql/sqlcmd/printing.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/base/utf8.hpp"

#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver {

namespace {

constexpr int kUnlimited = 0;

/// How many characters values of a type can take, as ODBC says (SQL_DESC_DISPLAY_SIZE).
int display_size(const Type& type, int widest) {
  if (tsql::is_exact(type)) return tsql::as_decimal(type).precision + 2;
  if (tsql::is_integer(type)) {
    const bool is_signed = type.id != TypeId::bit && type.id != TypeId::tiny_int;
    return tsql::as_decimal(type).precision + (is_signed ? 1 : 0);
  }
  if (tsql::is_float(type)) return type.id == TypeId::real ? 14 : 24;
  if (type.id == TypeId::unique_identifier) return 36;
  if (tsql::is_temporal(type)) {
    const int fraction = type.scale > 0 ? type.scale + 1 : 0;
    if (type.id == TypeId::date) return 10;
    if (type.id == TypeId::time) return 8 + fraction;
    if (type.id == TypeId::datetime) return 23;
    return (type.id == TypeId::datetime_offset ? 26 : 19) + fraction;
  }
  const int length = type.length < 0 ? widest : tsql::is_bytes(type) ? 2 + 2 * type.length : type.length;
  return widest == kUnlimited ? length : std::min(length, widest);
}

std::string text_of(const Value& value, const Type& type) {
  if (std::holds_alternative<std::monostate>(value)) return "NULL";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  const std::string& text = std::get<std::string>(value);
  return tsql::is_bytes(type) ? "0x" + tsql::hex_text(text) : text;
}

/// The first `width` code points; all for 0.
std::string shortened(const std::string& text, std::size_t width) {
  if (width == 0) return text;
  std::size_t at = 0;
  for (std::size_t points = 0; points < width && at < text.size(); ++points) at += decode_utf8(text, at).length;
  return text.substr(0, at);
}

std::string right_trimmed(std::string text) {
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

void SqlcmdPrinter::print_line(const std::vector<std::string>& cells) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += options_.separator;
    if (options_.trim) {
      line += right_trimmed(cells[i]);
      continue;
    }
    const std::string cell = shortened(cells[i], widths_[i]);
    const std::size_t length = display_width(cell);
    const std::string fill(widths_[i] > length ? widths_[i] - length : 0, ' ');
    line += tsql::is_number(columns_[i].type) ? fill + cell : cell + fill;
  }
  out_(line + "\n");
}

bool SqlcmdPrinter::columns(const std::vector<Column>& columns) {
  columns_ = columns;
  widths_.clear();
  std::vector<std::string> names, rules;
  for (const Column& column : columns) {
    const auto size = static_cast<std::size_t>(std::max(0, display_size(column.type, options_.widest)));
    const bool unlimited = options_.widest == kUnlimited && column.type.length < 0;
    widths_.push_back(unlimited ? 0 : std::max(size, std::max<std::size_t>(display_width(column.name), 4)));
    if (column.type.id == TypeId::bit || column.type.id == TypeId::tiny_int) {
      widths_.back() = std::max(size, display_width(column.name));
    }
    names.push_back(column.name);
    rules.emplace_back(options_.trim ? std::max<std::size_t>(display_width(column.name), 1) : widths_.back(), '-');
  }
  if (options_.header_rows < 0) return true;
  // Headers stand at the left, whatever the type.
  const std::vector<Column> typed = std::exchange(columns_, std::vector<Column>(columns.size()));
  for (Column& column : columns_) column.type = {.id = TypeId::nvarchar, .length = -1};
  print_line(names);
  print_line(rules);
  columns_ = typed;
  return true;
}

bool SqlcmdPrinter::row(const std::vector<Value>& row) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(text_of(row[i], columns_[i].type));
  print_line(cells);
  return true;
}

bool SqlcmdPrinter::done(std::optional<std::int64_t> count, bool failed) {
  if (count && !failed) out_(fmt::format("\n({} rows affected)\n", *count));
  return true;
}

bool SqlcmdPrinter::message(const Message& message) {
  const bool error = message.severity > 10;
  failed_ = failed_ || error;
  std::string text;
  if (error) {
    text = fmt::format("Msg {}, Level {}, State {}, Server {}, {}Line {}\n", message.number, message.severity,
                       message.state, server_,
                       message.procedure.empty() ? "" : fmt::format("Procedure {}, ", message.procedure), message.line);
  }
  const bool to_stderr = options_.errors_to_stderr == 1 || (options_.errors_to_stderr == 0 && error);
  (to_stderr ? err_ : out_)(text + message.text + "\n");
  return true;
}

}  // namespace dba::sandbox::sqlserver
