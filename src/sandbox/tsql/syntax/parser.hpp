#pragma once
// A batch read into statements.

#include <string>
#include <string_view>
#include <vector>

#include "tsql/syntax/ast.hpp"

namespace dba::sandbox::sqlserver::tsql {

struct ReadOptions {
  bool quoted_identifier = true;
  std::vector<std::string> declared{};  ///< Parameters of the batch: variables it need not declare.
};

/// The statements of a batch.
/// @throws SqlError 102, 156 (syntax), 137, 1087 (a variable not declared), 191 (nested too deeply), 40510 (what the
///         simulation has not) and those of read_tokens; the line is the line in the batch
Statements parse_batch(std::string_view batch, const ReadOptions& options = {});

/// "@a int, @b nvarchar(10) OUTPUT": what sp_executesql is told of its parameters. @throws SqlError as parse_batch
std::vector<Declaration> parse_parameters(std::string_view text);

/// One expression on its own, such as a column's DEFAULT. @throws SqlError as parse_batch
ExprPtr parse_expression(std::string_view text);
/// One condition on its own, such as that of a CHECK constraint. @throws SqlError as parse_batch
ExprPtr parse_condition(std::string_view text);

}  // namespace dba::sandbox::sqlserver::tsql
