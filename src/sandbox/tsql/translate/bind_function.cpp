#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/errors.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/translate/builtins.hpp"
#include "tsql/translate/special_functions.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// How many characters a value takes when it becomes text.
int text_size_of(const Bound& arg) {
  if (arg.null_literal) return 1;
  if (is_text(arg.type) || is_bytes(arg.type)) return arg.type.length;
  if (is_integer(arg.type)) return arg.type.id == TypeId::big_int ? 20 : 12;
  return arg.type.id == TypeId::unique_identifier ? 36 : 48;
}

/// An argument as the letter of PlainFunction::takes wants it.
Bound argument(char kind, const Bound& arg) {
  switch (kind) {
    case 't':
      if (is_text(arg.type) && !arg.null_literal) return arg;
      return converted(arg, {.id = TypeId::varchar, .length = text_size_of(arg)});
    case 's':
      return is_text(arg.type) && !arg.null_literal ? arg : converted(arg, kNvarchar);
    case 'x':
      return is_bytes(arg.type) ? arg : argument('t', arg);
    case 'i':
      return converted(arg, {.id = arg.type.id == TypeId::big_int ? TypeId::big_int : TypeId::integer});
    case 'f':
      return converted(arg, kFloat);
    case 'n':
      return is_number(arg.type) && arg.type.id != TypeId::bit ? arg : converted(arg, kFloat);
    case 'd':
      return as_temporal(arg);
    case 'o':
      return converted(
          arg, {.id = TypeId::datetime_offset, .scale = arg.type.id == TypeId::datetime_offset ? arg.type.scale : 7});
    default:
      return arg;
  }
}

Type text_result(std::span<const Bound> args) {
  bool unicode = false;
  for (const Bound& arg : args) unicode = unicode || is_unicode(arg.type);
  bool max = false;
  for (const Bound& arg : args) max = max || (is_text(arg.type) && arg.type.length < 0);
  return {.id = unicode ? TypeId::nvarchar : TypeId::varchar, .length = max ? -1 : unicode ? 4000 : 8000};
}

Type result_type(const PlainFunction& function, std::span<const Bound> args) {
  switch (function.gives) {
    case 'i':
      return kInt;
    case 'I':
      return kBigInt;
    case 'f':
      return kFloat;
    case 'N':
      return {.id = TypeId::nvarchar,
              .length = function.name == "nchar"       ? 1
                        : function.name == "quotename" ? 258
                                                       : 4000};
    case 'D':
      return kDate;
    case 'g':
      return kGuid;
    case 'T': {
      if (function.name == "char") return {.id = TypeId::varchar, .length = 1};
      if (function.name != "concat") return text_result(args);
      // As long as its arguments are together.
      Type type = text_result(args);
      int length = 0;
      for (const Bound& arg : args) length += arg.type.length;
      if (type.length > 0) type.length = std::clamp(length, 1, type.length);
      return type;
    }
    case 'n': {
      const TypeId id = args[0].type.id;
      return id == TypeId::tiny_int || id == TypeId::small_int ? kInt : id == TypeId::real ? kFloat : args[0].type;
    }
    default: {
      // Fixed lengths become variable ones.
      Type type = args[0].type;
      if (type.id == TypeId::character) type.id = TypeId::varchar;
      if (type.id == TypeId::nchar) type.id = TypeId::nvarchar;
      if (type.id == TypeId::binary) type.id = TypeId::varbinary;
      return type;
    }
  }
}

Bound plain_call(const PlainFunction& function, std::vector<Bound> args) {
  std::vector<std::string> sql;
  bool nullable = !function.null_free;
  for (std::size_t i = 0; i < args.size(); ++i) {
    args[i] = argument(function.takes[std::min(i, function.takes.size() - 1)], args[i]);
    sql.push_back(args[i].sql);
  }
  const Type result = result_type(function, args);
  return {call_sql(function.runtime.empty() ? function.name : function.runtime, result, sql, function.may_differ),
          result, nullable, false};
}

Bound system_call(const SystemFunction& function, const std::vector<Bound>& args) {
  std::vector<std::string> sql{literal_sql(std::string(function.name), {.id = TypeId::varchar})};
  for (const Bound& arg : args) sql.push_back(arg.sql);
  return {call_sql("system", function.type, sql, true), function.type, true, false};
}

}  // namespace

Bound Binder::call(const Expr& expr, const Scope& scope) {
  const std::string name = to_lower(expr.name.object());
  const bool schema_allowed =
      expr.name.parts.size() == 1 || (expr.name.parts.size() == 2 && to_lower(expr.name.parts[0]) == "sys");
  if (!schema_allowed) {
    fail(4121,
         fmt::format("Cannot find either column \"{}\" or the user-defined function or aggregate \"{}\", or the name "
                     "is ambiguous.",
                     expr.name.parts[0], expr.name.text()),
         16, 1, expr.line);
  }
  if (const std::optional<Bound> special = special_call(*this, name, expr, scope)) return *special;
  const auto bound_args = [&](std::size_t least, std::size_t most) {
    check_arguments(name, expr, least, most);
    std::vector<Bound> args;
    for (const ExprPtr& arg : expr.args) args.push_back(expression(*arg, scope));
    return args;
  };
  if (const PlainFunction* plain = find_plain_function(name))
    return plain_call(*plain, bound_args(plain->least, plain->most));
  if (const SystemFunction* system = find_system_function(name))
    return system_call(*system, bound_args(system->least, system->most));
  if (is_unsimulated(name)) fail_unsupported(expr.name.object(), expr.line);
  fail(195, fmt::format("'{}' is not a recognized built-in function name.", expr.name.object()), 15, 10, expr.line);
}

std::string Binder::order_sql(const std::vector<OrderItem>& order, const Scope& scope) {
  std::string sql;
  for (const OrderItem& item : order) {
    sql +=
        (sql.empty() ? "ORDER BY " : ", ") + collated(expression(*item.expr, scope)) + (item.descending ? " DESC" : "");
  }
  return sql;
}

std::string Binder::over_sql(const Expr& expr, const Scope& scope) {
  if (!expr.over) return "";
  std::string sql;
  for (const ExprPtr& key : expr.over->partition) {
    sql += (sql.empty() ? "PARTITION BY " : ", ") + collated(expression(*key, scope));
  }
  // A constant order is how people say "any order": SQLite would take a number for a place.
  const bool constant = expr.over->order.size() == 1 && expr.over->order[0].expr->kind == ExprKind::subquery;
  if (!expr.over->order.empty() && !constant) sql += (sql.empty() ? "" : " ") + order_sql(expr.over->order, scope);
  if (!expr.over->frame.empty()) sql += " " + expr.over->frame;
  return " OVER (" + sql + ")";
}

}  // namespace dba::sandbox::sqlserver::tsql
