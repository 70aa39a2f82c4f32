#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tsql/run/sql_session.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr Type kMessageText{.id = TypeId::nvarchar, .length = 2048};

int int_or_zero(const Value& value) { return static_cast<int>(integer_or_zero(value)); }

/// RAISERROR's %d %s %x %o %u %i with widths, and %%.
std::string format_message(std::string_view pattern, std::span<const Value> args) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 >= pattern.size()) {
      out += pattern[i];
      continue;
    }
    if (pattern[i + 1] == '%') {
      out += pattern[++i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < pattern.size() && std::string_view("-+0 #.123456789lhI").find(pattern[end]) != std::string_view::npos)
      ++end;
    if (end >= pattern.size()) break;
    std::string_view width = pattern.substr(i + 1, end - i - 1);
    const bool left = width.starts_with('-'), zeros = width.starts_with('0');
    if (left) width.remove_prefix(1);
    std::size_t size = 0;
    std::from_chars(width.data(), width.data() + width.size(), size);
    std::string text = "(null)";
    if (next < args.size()) {
      if (const auto* number = std::get_if<std::int64_t>(&args[next])) {
        text = pattern[end] == 'x'   ? fmt::format("{:x}", *number)
               : pattern[end] == 'X' ? fmt::format("{:X}", *number)
                                     : fmt::format("{}", *number);
      } else if (const auto* word = std::get_if<std::string>(&args[next])) {
        text = *word;
      }
    }
    ++next;
    size = std::min<std::size_t>(size, 2048);
    if (text.size() < size) text.insert(left ? text.size() : 0, size - text.size(), zeros && !left ? '0' : ' ');
    out += text;
    i = end;
  }
  return out;
}

}  // namespace

void SqlSession::run_raise(const RaiseError& raise) {
  if (raise.args.size() < 3) fail_syntax(")", 0);
  Type type;
  const Value first = evaluate(*raise.args[0], type);
  const int severity = int_or_zero(evaluate_as(*raise.args[1], kInt)),
            state = int_or_zero(evaluate_as(*raise.args[2], kInt));
  std::vector<Value> args;
  for (std::size_t i = 3; i < raise.args.size(); ++i) {
    Type arg_type;
    args.push_back(evaluate(*raise.args[i], arg_type));
  }
  int number = 50000;
  std::string text;
  if (const auto* id = std::get_if<std::int64_t>(&first)) {
    number = static_cast<int>(*id);
    text = fmt::format(
        "Error {}, severity {}, state {} was raised, but no message with that error number was found in sys.messages.",
        number, severity, state);
  } else {
    text = format_message(text_or_empty(first), args);
  }
  Message message{number, std::clamp(severity, 0, 25), std::clamp(state, 0, 255), text, {}, 0};
  if (severity > 10) throw SqlError(message);
  message.line = 1;
  tell(message);
  done();
}

void SqlSession::run_throw(const Throw& raised) {
  if (raised.args.empty()) {
    if (caught_.empty()) {
      fail(10704,
           "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement "
           "inside a CATCH block, or add error parameters to the THROW statement.",
           15);
    }
    throw SqlError(caught_.back());
  }
  if (raised.args.size() != 3) fail_syntax("THROW", 0);
  const int number = int_or_zero(evaluate_as(*raised.args[0], kInt));
  const std::string text = text_or_empty(evaluate_as(*raised.args[1], kMessageText));
  const int state = int_or_zero(evaluate_as(*raised.args[2], kInt));
  if (number < 50000)
    fail(35100,
         fmt::format("Error number {} in the THROW statement is outside the valid range. Specify an error number in "
                     "the valid range of 50000 to 2147483647.",
                     number),
         16, 10);
  throw SqlError(Message{number, 16, std::clamp(state, 0, 255), text, {}, 0});
}

}  // namespace dba::sandbox::sqlserver::tsql
