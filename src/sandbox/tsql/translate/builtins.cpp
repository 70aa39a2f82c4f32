#include "tsql/translate/builtins.hpp"

#include <algorithm>
#include <array>

#include "tsql/types/common_types.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr auto kPlain = std::to_array<PlainFunction>({
    {"len", 1, 1, "t", 'i'},
    {"ltrim", 1, 1, "t", 't'},
    {"rtrim", 1, 1, "t", 't'},
    {"trim", 1, 1, "t", 't'},
    {"upper", 1, 1, "t", 't'},
    {"lower", 1, 1, "t", 't'},
    {"substring", 3, 3, "xii", 't'},
    {"left", 2, 2, "ti", 't'},
    {"right", 2, 2, "ti", 't'},
    {"reverse", 1, 1, "t", 't'},
    {"replace", 3, 3, "ttt", 'T'},
    {"stuff", 4, 4, "tiit", 'T'},
    {"replicate", 2, 2, "ti", 'T'},
    {"concat", 2, 100, "t", 'T', {}, false, true},
    {"concat_ws", 3, 100, "t", 'T', {}, false, true},
    {"space", 1, 1, "i", 'T'},
    {"quotename", 1, 2, "s", 'N'},
    {"char", 1, 1, "i", 'T'},
    {"nchar", 1, 1, "i", 'N'},
    {"ascii", 1, 1, "t", 'i', "unicode"},
    {"unicode", 1, 1, "t", 'i'},
    {"patindex", 2, 2, "ss", 'i'},
    {"isnumeric", 1, 1, "*", 'i', {}, false, true},
    {"checksum", 1, 100, "*", 'i', {}, false, true},
    {"abs", 1, 1, "n", 'n'},
    {"sign", 1, 1, "n", 'n'},
    {"ceiling", 1, 1, "n", 'n'},
    {"floor", 1, 1, "n", 'n'},
    {"power", 2, 2, "nf", 'n'},
    {"sqrt", 1, 1, "f", 'f'},
    {"square", 1, 1, "f", 'f'},
    {"exp", 1, 1, "f", 'f'},
    {"log", 1, 2, "f", 'f'},
    {"log10", 1, 1, "f", 'f'},
    {"sin", 1, 1, "f", 'f'},
    {"cos", 1, 1, "f", 'f'},
    {"tan", 1, 1, "f", 'f'},
    {"degrees", 1, 1, "f", 'f'},
    {"radians", 1, 1, "f", 'f'},
    {"rand", 0, 1, "i", 'f', {}, true, true},
    {"isdate", 1, 1, "s", 'i'},
    {"datefromparts", 3, 3, "i", 'D'},
    {"switchoffset", 2, 2, "o*", 'o'},
    {"todatetimeoffset", 2, 2, "o*", 'o'},
    {"newid", 0, 0, "", 'g', {}, true, true},
    {"newsequentialid", 0, 0, "", 'g', "newid", true, true},
});

constexpr auto kSystem = std::to_array<SystemFunction>({
    {"databasepropertyex", 2, 2, kSysname},
    {"db_name", 0, 1, kSysname},
    {"db_id", 0, 1, kSmallInt},
    {"object_id", 1, 2, kInt},
    {"object_name", 1, 2, kSysname},
    {"object_schema_name", 1, 2, kSysname},
    {"schema_name", 0, 1, kSysname},
    {"schema_id", 0, 1, kInt},
    {"suser_sname", 0, 1, kSysname},
    {"suser_name", 0, 1, kSysname},
    {"suser_id", 0, 1, kInt},
    {"user_name", 0, 1, kSysname},
    {"user_id", 0, 1, kInt},
    {"user", 0, 0, kSysname},
    {"current_user", 0, 0, kSysname},
    {"session_user", 0, 0, kSysname},
    {"system_user", 0, 0, kSysname},
    {"original_login", 0, 0, kSysname},
    {"host_name", 0, 0, kSysname},
    {"app_name", 0, 0, kSysname},
    {"program_name", 0, 0, kSysname},
    {"has_perms_by_name", 3, 5, kInt},
    {"has_dbaccess", 1, 1, kInt},
    {"is_srvrolemember", 1, 2, kInt},
    {"is_member", 1, 1, kInt},
    {"is_rolemember", 1, 2, kInt},
    {"connectionproperty", 1, 1, kNvarchar},
    {"sessionproperty", 1, 1, kInt},
    {"session_context", 1, 1, kNvarchar},
    {"col_length", 2, 2, kSmallInt},
    {"xact_state", 0, 0, kSmallInt},
    {"error_number", 0, 0, kInt},
    {"error_severity", 0, 0, kInt},
    {"error_state", 0, 0, kInt},
    {"error_line", 0, 0, kInt},
    {"error_message", 0, 0, kNvarchar},
    {"error_procedure", 0, 0, kSysname},
    {"scope_identity", 0, 0, {.id = TypeId::decimal, .precision = 38}},
    {"rowcount_big", 0, 0, kBigInt},
    {"fn_hadr_is_primary_replica", 1, 1, kBit},
});

/// @source learn.microsoft.com: "What are the SQL database functions?"
constexpr auto kUnsimulated = std::to_array<std::string_view>({"acos",
                                                               "applock_mode",
                                                               "applock_test",
                                                               "approx_count_distinct",
                                                               "asin",
                                                               "atan",
                                                               "atn2",
                                                               "base64_decode",
                                                               "base64_encode",
                                                               "binary_checksum",
                                                               "bit_count",
                                                               "checksum_agg",
                                                               "col_name",
                                                               "collationproperty",
                                                               "columnproperty",
                                                               "compress",
                                                               "context_info",
                                                               "cot",
                                                               "cube",
                                                               "cume_dist",
                                                               "current_timezone",
                                                               "current_transaction_id",
                                                               "cursor_status",
                                                               "databaseproperty",
                                                               "date_bucket",
                                                               "datetime2fromparts",
                                                               "datetimefromparts",
                                                               "datetimeoffsetfromparts",
                                                               "datetrunc",
                                                               "decompress",
                                                               "difference",
                                                               "file_id",
                                                               "file_idex",
                                                               "file_name",
                                                               "filegroup_id",
                                                               "filegroup_name",
                                                               "fileproperty",
                                                               "format",
                                                               "formatmessage",
                                                               "greatest",
                                                               "grouping",
                                                               "grouping_id",
                                                               "hashbytes",
                                                               "host_id",
                                                               "ident_current",
                                                               "ident_incr",
                                                               "ident_seed",
                                                               "index_col",
                                                               "indexproperty",
                                                               "isjson",
                                                               "json_array",
                                                               "json_modify",
                                                               "json_object",
                                                               "json_query",
                                                               "json_value",
                                                               "least",
                                                               "left_shift",
                                                               "loginproperty",
                                                               "object_definition",
                                                               "objectproperty",
                                                               "objectpropertyex",
                                                               "original_db_name",
                                                               "parsename",
                                                               "percent_rank",
                                                               "percentile_cont",
                                                               "percentile_disc",
                                                               "pwdcompare",
                                                               "pwdencrypt",
                                                               "right_shift",
                                                               "rollup",
                                                               "smalldatetimefromparts",
                                                               "soundex",
                                                               "sql_variant_property",
                                                               "stats_date",
                                                               "stdev",
                                                               "stdevp",
                                                               "string_escape",
                                                               "suser_sid",
                                                               "timefromparts",
                                                               "translate",
                                                               "type_id",
                                                               "type_name",
                                                               "typeproperty",
                                                               "var",
                                                               "varp"});

struct Global {
  std::string_view name;
  Type type;
};
constexpr auto kGlobals = std::to_array<Global>({
    {"@@version", {.id = TypeId::nvarchar, .length = 300}},
    {"@@servername", kSysname},
    {"@@servicename", kSysname},
    {"@@spid", kSmallInt},
    {"@@rowcount", kInt},
    {"@@trancount", kInt},
    {"@@error", kInt},
    {"@@language", kSysname},
    {"@@langid", kSmallInt},
    {"@@identity", {.id = TypeId::decimal, .precision = 38}},
    {"@@lock_timeout", kInt},
    {"@@nestlevel", kInt},
    {"@@procid", kInt},
    {"@@options", kInt},
    {"@@textsize", kInt},
    {"@@datefirst", kTinyInt},
    {"@@max_precision", kTinyInt},
    {"@@max_connections", kInt},
});

template <typename Rows>
auto* find_row(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::find_if(rows, [name](const auto& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const PlainFunction* find_plain_function(std::string_view lower_name) { return find_row(kPlain, lower_name); }
const SystemFunction* find_system_function(std::string_view lower_name) { return find_row(kSystem, lower_name); }

bool is_unsimulated_function(std::string_view lower_name) {
  return std::ranges::find(kUnsimulated, lower_name) != kUnsimulated.end();
}

std::optional<Type> global_type(std::string_view lower_name) {
  const Global* global = find_row(kGlobals, lower_name);
  return global == nullptr ? std::nullopt : std::optional(global->type);
}

}  // namespace dba::sandbox::sqlserver::tsql
