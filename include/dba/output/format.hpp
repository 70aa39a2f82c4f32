#pragma once
// The -o flag: which form the result takes, and printing objects in it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::output {

struct Format {
  enum class Kind { table, wide, json, yaml, name, jsonpath, jsonpath_as_json, custom_columns };
  Kind kind = Kind::table;
  std::string argument{};  ///< Template of jsonpath / spec of custom columns.
  bool headers = true;     ///< Of tables and custom columns; --no-headers takes them away.

  bool is_table() const { return kind == Kind::table || kind == Kind::wide; }  ///< Rows for people.
  /// The whole result is one document, not a line for each of its parts.
  bool is_document() const {
    return kind == Kind::json || kind == Kind::yaml || kind == Kind::jsonpath || kind == Kind::jsonpath_as_json;
  }
};

/// @param allowed the forms this command has, e.g. {"json", "yaml", "name"}; "table" is the empty one.
/// @throws Error (usage) "unable to match a printer suitable for the output format …, allowed formats are: …", for
///         go-template the advice to use jsonpath, for jsonpath-file/custom-columns-file an unreadable file.
Format parse_format(std::string_view text, const std::vector<std::string>& allowed);

/// Objects of the API in any form but table. One object is printed itself; several (or `as_list`) as a List.
/// metadata.managedFields is left out. JSON and YAML have kubectl's layout (sorted keys).
std::string print_objects(const std::vector<Json>& objects, const Format& format, bool as_list);

/// An object that we made and have not sent: keys in their own order, as YAML or, with -o json, as JSON.
std::string print_manifest(const Json& object, const Format& format);

/// A report of our own (apiVersion kubectl-dba/v1): keys in their own order; json, yaml, jsonpath, custom-columns.
std::string print_report(const Json& report, const Format& format);
/// {"apiVersion":"kubectl-dba/v1","kind":KIND}
Json make_report(std::string_view kind);

}  // namespace dba::output
