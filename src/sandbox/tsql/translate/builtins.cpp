#include "tsql/translate/builtins.hpp"

#include <algorithm>
#include <array>

namespace dba::sandbox::sqlserver::tsql {
namespace {

constexpr Type kInt{.id = TypeId::integer};
constexpr Type kBigInt{.id = TypeId::big_int};
constexpr Type kSmallInt{.id = TypeId::small_int};
constexpr Type kTinyInt{.id = TypeId::tiny_int};
constexpr Type kBit{.id = TypeId::bit};
constexpr Type kName{.id = TypeId::nvarchar, .length = 128};
constexpr Type kText{.id = TypeId::nvarchar, .length = 4000};

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
    {"databasepropertyex", 2, 2, kName},
    {"db_name", 0, 1, kName},
    {"db_id", 0, 1, kSmallInt},
    {"object_id", 1, 2, kInt},
    {"object_name", 1, 2, kName},
    {"object_schema_name", 1, 2, kName},
    {"schema_name", 0, 1, kName},
    {"schema_id", 0, 1, kInt},
    {"suser_sname", 0, 1, kName},
    {"suser_name", 0, 1, kName},
    {"suser_id", 0, 1, kInt},
    {"user_name", 0, 1, kName},
    {"user_id", 0, 1, kInt},
    {"user", 0, 0, kName},
    {"current_user", 0, 0, kName},
    {"session_user", 0, 0, kName},
    {"system_user", 0, 0, kName},
    {"original_login", 0, 0, kName},
    {"host_name", 0, 0, kName},
    {"app_name", 0, 0, kName},
    {"program_name", 0, 0, kName},
    {"has_perms_by_name", 3, 5, kInt},
    {"has_dbaccess", 1, 1, kInt},
    {"is_srvrolemember", 1, 2, kInt},
    {"is_member", 1, 1, kInt},
    {"is_rolemember", 1, 2, kInt},
    {"connectionproperty", 1, 1, kText},
    {"sessionproperty", 1, 1, kInt},
    {"session_context", 1, 1, kText},
    {"databaseproperty", 2, 2, kInt},
    {"col_length", 2, 2, kSmallInt},
    {"col_name", 2, 2, kName},
    {"type_name", 1, 1, kName},
    {"xact_state", 0, 0, kSmallInt},
    {"error_number", 0, 0, kInt},
    {"error_severity", 0, 0, kInt},
    {"error_state", 0, 0, kInt},
    {"error_line", 0, 0, kInt},
    {"error_message", 0, 0, kText},
    {"error_procedure", 0, 0, kName},
    {"scope_identity", 0, 0, {.id = TypeId::decimal, .precision = 38}},
    {"ident_current", 1, 1, {.id = TypeId::decimal, .precision = 38}},
    {"rowcount_big", 0, 0, kBigInt},
    {"host_id", 0, 0, {.id = TypeId::character, .length = 10}},
    {"fn_hadr_is_primary_replica", 1, 1, kBit},
});

struct Global {
  std::string_view name;
  Type type;
};
constexpr auto kGlobals = std::to_array<Global>({
    {"@@version", {.id = TypeId::nvarchar, .length = 300}},
    {"@@servername", kName},
    {"@@servicename", kName},
    {"@@spid", kSmallInt},
    {"@@rowcount", kInt},
    {"@@trancount", kInt},
    {"@@error", kInt},
    {"@@language", kName},
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
    {"@@microsoftversion", kInt},
});

template <typename Rows>
auto* find_row(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::find_if(rows, [name](const auto& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const PlainFunction* find_plain_function(std::string_view lower_name) { return find_row(kPlain, lower_name); }
const SystemFunction* find_system_function(std::string_view lower_name) { return find_row(kSystem, lower_name); }

std::optional<Type> global_type(std::string_view lower_name) {
  const Global* global = find_row(kGlobals, lower_name);
  return global == nullptr ? std::nullopt : std::optional(global->type);
}

}  // namespace dba::sandbox::sqlserver::tsql
