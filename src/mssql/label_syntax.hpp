#pragma once
// The syntax of label and annotation keys and of label values.
// @source apimachinery util/validation IsQualifiedName, IsValidLabelValue

#include <string>
#include <string_view>

namespace dba::mssql {

bool is_alphanumeric(char c);  ///< ASCII only, whatever the locale.
/// What is wrong with a key such as "kubedb.com/role"; empty when it is fine.
std::string label_key_problem(std::string_view key);
std::string label_value_problem(std::string_view value);

}  // namespace dba::mssql
