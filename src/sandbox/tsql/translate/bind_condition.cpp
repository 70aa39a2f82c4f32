#include <fmt/format.h>

#include "tsql/errors.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {

std::string Binder::condition(const Expr& expr, const Scope& scope) {
  if (!expr.is_condition()) fail_syntax(expr.text, expr.line);
  return by_kind(expr, scope).sql;
}

/// a AND b AND c side by side, not one in the other.
std::string Binder::joined_conditions(const Expr& expr, const Scope& scope) {
  std::vector<const Expr*> parts{expr.args[1].get()};
  const Expr* first = expr.args[0].get();
  for (; first->kind == expr.kind; first = first->args[0].get()) parts.push_back(first->args[1].get());
  std::string sql = condition(*first, scope);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    sql += (expr.kind == ExprKind::conjunction ? " AND " : " OR ") + condition(**part, scope);
  }
  return "(" + sql + ")";
}

std::string Binder::comparison(std::string_view operation, const Bound& a, const Bound& b) const {
  const Bound both[] = {a, b};
  const Type type = common_type_of(both);
  return fmt::format("({} {} {})", collated(converted(a, type)), operation, converted(b, type).sql);
}

std::string Binder::in_list(const Expr& expr, const Scope& scope) {
  std::vector<Bound> all;
  for (const ExprPtr& arg : expr.args) all.push_back(expression(*arg, scope));
  const Type type = common_type_of(all);
  std::string sql;
  for (std::size_t i = 1; i < all.size(); ++i) sql += (i == 1 ? "" : ", ") + converted(all[i], type).sql;
  return fmt::format("({} {}IN ({}))", collated(converted(all[0], type)), expr.negated ? "NOT " : "", sql);
}

std::string Binder::in_query(const Expr& expr, const Scope& scope) {
  const Bound left = expression(*expr.args[0], scope);
  const BoundQuery bound = one_column(expr, scope);
  const Bound item{"c1", bound.columns[0].type, true, false};
  const Bound both[] = {left, item};
  const Type type = common_type_of(both);
  return fmt::format("({} {}IN (SELECT {} FROM ({})))", collated(converted(left, type)), expr.negated ? "NOT " : "",
                     converted(item, type).sql, bound.sql);
}

/// x > ANY (q): there is one; x > ALL (q): there is none that it is not so for.
std::string Binder::quantified(const Expr& expr, const Scope& scope) {
  const Bound left = expression(*expr.args[0], scope);
  const BoundQuery bound = one_column(expr, scope);
  const std::string holds = comparison(expr.text, left, {"c1", bound.columns[0].type, true, false});
  if (expr.all) return fmt::format("(NOT EXISTS (SELECT 1 FROM ({}) WHERE NOT {}))", bound.sql, holds);
  return fmt::format("EXISTS (SELECT 1 FROM ({}) WHERE {})", bound.sql, holds);
}

std::string Binder::like(const Expr& expr, const Scope& scope) {
  std::vector<std::string> args;
  for (const ExprPtr& arg : expr.args) {
    const Bound bound = expression(*arg, scope);
    args.push_back(is_text(bound.type) && !bound.null_literal ? bound.sql : converted(bound, kNvarchar).sql);
  }
  const std::string sql = call_sql("like", {.id = TypeId::bit}, args);
  return expr.negated ? fmt::format("(NOT {})", sql) : sql;
}

std::string Binder::between(const Expr& expr, const Scope& scope) {
  std::vector<Bound> all;
  for (const ExprPtr& arg : expr.args) all.push_back(expression(*arg, scope));
  const Type type = common_type_of(all);
  return fmt::format("({} {}BETWEEN {} AND {})", collated(converted(all[0], type)), expr.negated ? "NOT " : "",
                     converted(all[1], type).sql, converted(all[2], type).sql);
}

}  // namespace dba::sandbox::sqlserver::tsql
