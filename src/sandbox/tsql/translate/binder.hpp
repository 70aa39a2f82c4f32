#pragma once
// From T-SQL's tree to SQLite's language: names are looked up, types worked out, conversions put in. One binder
// translates one statement.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsql/syntax/ast.hpp"
#include "tsql/translate/bound.hpp"
#include "tsql/translate/catalog.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct ScopeSource {
  std::vector<std::string> names{};  ///< What it can be called by, from the right: alias, or [table, schema, database].
  std::string sql{};                 ///< Its alias in SQLite.
  std::vector<SourceColumn> columns{};
};

/// The sources names are looked up in; what is not found is looked for in the query around.
struct Scope {
  std::vector<ScopeSource> sources{};
  const Scope* around = nullptr;
  bool grouped = false;                   ///< Columns have to be grouped by, or inside an aggregate.
  std::vector<std::string> group_keys{};  ///< SQL of what is grouped by.
  std::string place = "select list";      ///< For error 8120.
};

class Binder {
 public:
  /// @param live_variables variables are asked for at every row (SELECT @x = @x + …), not once
  explicit Binder(Catalog& catalog, bool live_variables = false);

  BoundQuery query(const Query& query, const Scope* around = nullptr);
  Bound expression(const Expr& expr, const Scope& scope);
  /// SQL that is 1, 0 or NULL.
  std::string condition(const Expr& expr, const Scope& scope);
  /// The FROM clause without its word; the sources go into `scope`.
  std::string from(const std::vector<SourcePtr>& sources, Scope& scope);
  /// A table under an alias of its own.
  ScopeSource add_relation(Relation relation, std::vector<std::string> names);
  /// "WITH …" and a blank, or nothing; the names hold from here on.
  std::string common_tables(const std::vector<CommonTable>& tables);
  std::string limit(const Expr& count, const Scope& scope);
  Catalog& catalog() { return catalog_; }

  // ---- for bind_functions.cpp
  Bound call(const Expr& expr, const Scope& scope);
  std::string over_sql(const Expr& expr, const Scope& scope);
  std::string order_sql(const std::vector<OrderItem>& order, const Scope& scope);
  Bound conditional(std::span<const std::string> conditions, std::vector<Bound> values);

 private:
  struct SelectParts {
    std::vector<Bound> items{};
    std::vector<std::string> names{}, variables{};
    std::string tail{};   ///< From FROM to HAVING.
    std::string limit{};  ///< Of TOP.
    bool distinct = false;
    Scope scope{};
  };
  struct CommonTableEntry {
    std::string name{}, sql{};
    std::vector<SourceColumn> columns{};
  };

  // bind_query.cpp
  SelectParts select(const Select& select, const Scope* around);
  SelectParts values(const std::vector<std::vector<ExprPtr>>& rows, const Scope* around);
  SelectParts term(const Term& term, const Scope* around);
  void select_item(const SelectItem& item, SelectParts& parts);
  void star(const SelectItem& item, SelectParts& parts);
  std::string render(const SelectParts& parts, bool compound) const;
  std::string compound(std::vector<SelectParts>& terms, const Query& query);
  std::string order_by(const Query& query, const SelectParts& first, bool compound);
  std::string order_term(const OrderItem& item, const SelectParts& first, bool compound);
  std::string paging(const Query& query, const SelectParts& first);
  // bind_source.cpp
  std::string source(const Source& source, Scope& scope);
  std::string join(const Source& source, Scope& scope);
  std::string named(const Source& source, Scope& scope);
  std::string derived(const Source& source, Scope& scope);
  std::string function_source(const Source& source, Scope& scope);
  const CommonTableEntry* find_common_table(const ObjectName& name) const;
  std::string next_alias();
  // bind_expression.cpp
  Bound by_kind(const Expr& expr, const Scope& scope);
  Bound column(const Expr& expr, const Scope& scope);
  Bound variable(const Expr& expr);
  Bound unary(const Expr& expr, const Scope& scope);
  Bound binary(const Expr& expr, const Scope& scope);
  Bound case_of(const Expr& expr, const Scope& scope);
  Bound cast(const Expr& expr, const Scope& scope);
  Bound subquery(const Expr& expr, const Scope& scope);
  BoundQuery one_column(const Expr& expr, const Scope& scope);
  std::optional<Bound> group_key(const Expr& expr, const Scope& scope);
  // bind_condition.cpp
  std::string comparison(std::string_view operation, const Bound& a, const Bound& b) const;
  std::string joined_conditions(const Expr& expr, const Scope& scope);
  std::string in_list(const Expr& expr, const Scope& scope);
  std::string in_query(const Expr& expr, const Scope& scope);
  std::string quantified(const Expr& expr, const Scope& scope);
  std::string like(const Expr& expr, const Scope& scope);
  std::string between(const Expr& expr, const Scope& scope);

  Catalog& catalog_;
  bool live_variables_;
  std::vector<CommonTableEntry> common_tables_{};
  int aliases_ = 0;
};

/// Whether it has an aggregate that is not in a subquery and has no OVER.
bool has_aggregate(const Expr& expr);

}  // namespace dba::sandbox::sqlserver::tsql
