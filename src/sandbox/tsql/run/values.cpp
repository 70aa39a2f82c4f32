#include "tsql/values.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/names.hpp"
#include "tsql/run/object_ids.hpp"
#include "tsql/run/sql_session.hpp"
#include "tsql/syntax/lexer.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

std::string word(std::span<const Value> args, std::size_t place) {
  return place < args.size() ? text_or_empty(args[place]) : "";
}

/// "db.schema.object" with or without brackets.
ObjectName name_from_text(std::string_view text) {
  ObjectName name;
  bool after_dot = true;
  try {
    for (const Token& token : read_tokens(text)) {
      if (token.kind == TokenKind::end) break;
      if (token.kind == TokenKind::symbol && token.text == ".") {
        if (after_dot) name.parts.emplace_back();
        after_dot = true;
      } else {
        name.parts.push_back(token.text);
        after_dot = false;
      }
    }
  } catch (const SqlError&) {
    return {};
  }
  return name;
}

/// The way a client came: one like the other here. @source learn.microsoft.com: CONNECTIONPROPERTY
Value connection_property(std::string_view name) {
  static const std::map<std::string, std::string> kValues = {{"net_transport", "TCP"},
                                                             {"physical_net_transport", "TCP"},
                                                             {"protocol_type", "TSQL"},
                                                             {"auth_scheme", "SQL"},
                                                             {"local_tcp_port", "1433"}};
  const auto found = kValues.find(to_lower(name));
  return found == kValues.end() ? Value{} : Value{found->second};
}

}  // namespace

Value SqlSession::global(std::string_view name) const {
  if (name == "@@version") return host_.server_property("version").value_or(Value{});
  if (name == "@@servername") return host_.server_property("servername").value_or(Value{});
  if (name == "@@servicename") return std::string("MSSQLSERVER");
  if (name == "@@spid") return std::int64_t{record_->spid()};
  if (name == "@@rowcount") return row_count_;
  if (name == "@@trancount") return std::int64_t{transactions_};
  if (name == "@@error") return last_error_;
  if (name == "@@language") return std::string("us_english");
  if (name == "@@identity") return identity_;
  if (name == "@@lock_timeout") return settings_.lock_timeout ? settings_.lock_timeout->count() : std::int64_t{-1};
  if (name == "@@nestlevel") return std::int64_t{nesting_};
  if (name == "@@options") return std::int64_t{5496};
  if (name == "@@textsize") return settings_.text_size;
  if (name == "@@datefirst") return settings_.date_first;
  if (name == "@@max_precision") return std::int64_t{38};
  if (name == "@@max_connections") return std::int64_t{32767};
  return std::int64_t{0};
}

Value SqlSession::error_value(std::string_view name) const {
  if (caught_.empty()) return {};
  const Message& message = caught_.back();
  if (name == "error_number") return std::int64_t{message.number};
  if (name == "error_severity") return std::int64_t{message.severity};
  if (name == "error_state") return std::int64_t{message.state};
  if (name == "error_line") return std::int64_t{message.line};
  if (name == "error_message") return message.text;
  return {};
}

Value SqlSession::object_id(std::string_view text) {
  const ObjectName name = name_from_text(text);
  if (name.parts.empty() || name.parts.size() > 3) return {};
  const bool temporary = name.object().starts_with('#');
  const std::string owner = name.schema(), in = database_of(name);
  if (owner == "sys") {
    const std::string full = "sys." + to_lower(name.object());
    return own_view(full, in) || host_.system_view(full, in) ? Value{view_object_id(full)} : Value{};
  }
  if (!temporary &&
      (!is_database(in) || !store_.contains(in) || host_.refusal(in, Access::read, record_->login().read_only_intent)))
    return {};
  const std::optional<TableDefinition> table =
      find_table(connection_, temporary ? std::string(kTemporary) : workspace_.reading(in),
                 temporary ? name.object() : owner + "." + name.object());
  return table ? Value{table->id} : Value{};
}

Value SqlSession::object_name(std::int64_t id, bool schema) {
  for (const std::string& name : host_.system_views()) {
    if (id < 0 && view_object_id(name) == id) return schema ? std::string("sys") : name.substr(name.find('.') + 1);
  }
  if (id < 0 || !store_.contains(database())) return {};
  for (const TableDefinition& table : all_tables(connection_, workspace_.reading(database()))) {
    if (table.id == id) return schema ? table.schema : table.name;
  }
  return {};
}

Value SqlSession::column_length(std::string_view table, std::string_view column) {
  const ObjectName name = name_from_text(table);
  const std::string in = name.parts.empty() ? "" : database_of(name);
  if (in.empty() || !is_database(in) || !store_.contains(in)) return {};
  const std::optional<TableDefinition> found =
      find_table(connection_, workspace_.reading(in), name.schema() + "." + name.object());
  const std::optional<std::size_t> place = found ? found->find_column(column) : std::nullopt;
  if (!place) return {};
  const Type& type = found->columns[*place].type;
  return std::int64_t{type.length < 0                   ? -1
                      : is_unicode(type)                ? type.length * 2
                      : is_text(type) || is_bytes(type) ? type.length
                                                        : 8};
}

/// DATABASEPROPERTYEX, from what sys.databases says and what the host lets pass.
Value SqlSession::database_property(std::string_view name, std::string_view property) {
  if (!is_database(name)) return {};
  const std::string wanted = to_lower(property);
  if (wanted == "updateability") {
    return std::string(host_.refusal(name, Access::write, record_->login().read_only_intent) ? "READ_ONLY"
                                                                                             : "READ_WRITE");
  }
  static const std::map<std::string, std::string, std::less<>> kColumns = {{"status", "state_desc"},
                                                                           {"recovery", "recovery_model_desc"},
                                                                           {"useraccess", "user_access_desc"},
                                                                           {"collation", "collation_name"}};
  const auto column = kColumns.find(wanted);
  const std::optional<Table> databases = host_.system_view("sys.databases", "master");
  if (column != kColumns.end() && databases) {
    const auto place = [&](std::string_view wanted_name) {
      return static_cast<std::size_t>(std::ranges::find(databases->columns, wanted_name, &Column::name) -
                                      databases->columns.begin());
    };
    const std::size_t name_place = place("name"), value_place = place(column->second);
    for (const std::vector<Value>& row : databases->rows) {
      if (value_place < row.size() && name_place < row.size() &&
          same_name(std::get<std::string>(row[name_place]), name))
        return row[value_place];
    }
  }
  if (wanted == "status") return std::string("ONLINE");
  if (wanted == "collation") return std::string("SQL_Latin1_General_CP1_CI_AS");
  return {};
}

Value SqlSession::system_value(std::string_view name, std::span<const Value> args) {
  const std::string first = word(args, 0);
  if (name.starts_with("error_")) return error_value(name);
  if (name == "serverproperty") {
    const Value value = host_.server_property(first).value_or(Value{});
    return std::holds_alternative<std::int64_t>(value) ? Value{fmt::format("{}", std::get<std::int64_t>(value))}
                                                       : value;
  }
  if (name == "databasepropertyex") return database_property(first, word(args, 1));
  if (name == "fn_hadr_is_primary_replica") {
    const std::optional<bool> primary = host_.is_primary(first);
    return primary ? Value{std::int64_t{*primary}} : Value{};
  }
  if (name == "db_name" || name == "db_id" || name == "has_dbaccess") return database_value(name, args);
  if (name == "object_id") return object_id(first);
  if (name == "object_name" || name == "object_schema_name") {
    return is_null(args[0]) ? Value{} : object_name(std::get<std::int64_t>(args[0]), name != "object_name");
  }
  if (name == "schema_name") {
    const std::int64_t id = args.empty() ? 1 : integer_or_zero(args[0]);
    return id < 1 || id > std::ssize(kSchemas) ? Value{}
                                               : Value{std::string(kSchemas[static_cast<std::size_t>(id - 1)])};
  }
  if (name == "schema_id") {
    if (args.empty()) return std::int64_t{1};
    const auto found = std::ranges::find_if(kSchemas, [&](std::string_view one) { return same_name(one, first); });
    return found == kSchemas.end() ? Value{} : Value{std::int64_t{found - kSchemas.begin()} + 1};
  }
  if (name == "col_length") return column_length(first, word(args, 1));
  if (name == "suser_sname" || name == "suser_name" || name == "original_login" || name == "system_user")
    return record_->login().user;
  if (name == "user_name" || name == "user" || name == "current_user" || name == "session_user")
    return std::string("dbo");
  if (name == "user_id" || name == "suser_id") return std::int64_t{1};
  if (name == "host_name") return record_->login().host;
  if (name == "app_name" || name == "program_name") return record_->login().application;
  if (name == "has_perms_by_name" || name == "is_srvrolemember" || name == "is_member" || name == "is_rolemember")
    return std::int64_t{1};
  if (name == "connectionproperty") return connection_property(first);
  if (name == "sessionproperty") return std::int64_t{first == "NUMERIC_ROUNDABORT" ? 0 : 1};
  if (name == "session_context") {
    const auto found = context_.find(to_lower(first));
    return found == context_.end() ? Value{} : Value{found->second};
  }
  if (name == "xact_state") return std::int64_t{doomed_ ? -1 : transactions_ > 0 ? 1 : 0};
  if (name == "scope_identity") return identity_;
  if (name == "rowcount_big") return row_count_;
  return {};
}

Value SqlSession::database_value(std::string_view name, std::span<const Value> args) {
  const std::vector<std::string> all = host_.databases();
  if (name == "db_name") {
    if (args.empty()) return database();
    const auto* id = std::get_if<std::int64_t>(&args[0]);
    if (id == nullptr || *id < 1 || *id > static_cast<std::int64_t>(all.size())) return {};
    return all[static_cast<std::size_t>(*id - 1)];
  }
  const std::string wanted = args.empty() ? database() : word(args, 0);
  const auto found = std::ranges::find_if(all, [&](const std::string& one) { return same_name(one, wanted); });
  if (name == "has_dbaccess") {
    if (found == all.end()) return {};
    return std::int64_t{host_.refusal(*found, Access::read, record_->login().read_only_intent) ? 0 : 1};
  }
  return found == all.end() ? Value{} : Value{found - all.begin() + 1};
}

}  // namespace dba::sandbox::sqlserver::tsql
