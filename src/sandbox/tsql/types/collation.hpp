#pragma once
// How text is compared and folded: SQL_Latin1_General_CP1_CI_AS as far as it can be seen — without regard to case and
// to blanks at the end.

#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tsql {

/// Below, equal to or above 0.
int compare_text(std::string_view a, std::string_view b);
std::string lower_text(std::string_view utf8);
std::string upper_text(std::string_view utf8);
/// LIKE: % _ [a-c] [^a-c] and an escape character (empty = none).
bool matches_like(std::string_view text, std::string_view pattern, std::string_view escape);

}  // namespace dba::sandbox::sqlserver::tsql
