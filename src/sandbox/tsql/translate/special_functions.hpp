#pragma once
// The functions whose arguments or types follow rules of their own.

#include <optional>
#include <string_view>

#include "tsql/translate/binder.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// Absent when `name` (lower case) is none of them. @throws SqlError 155, 174, 8117 …
std::optional<Bound> special_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope);
/// Absent when `name` is no aggregate or window function.
std::optional<Bound> aggregate_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope);
/// Absent when `name` has nothing to do with dates.
std::optional<Bound> date_call(Binder& binder, std::string_view name, const Expr& expr, const Scope& scope);
/// Text becomes datetime2, numbers datetime.
Bound as_temporal(const Bound& arg);

void check_arguments(std::string_view name, const Expr& expr, std::size_t least, std::size_t most);

}  // namespace dba::sandbox::sqlserver::tsql
