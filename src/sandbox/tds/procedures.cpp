#include "tds/procedures.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Where a procedure's parameters are. @source the documentation of sp_executesql, sp_prepare and sp_prepexec
struct Shape {
  std::string_view name;
  std::size_t definitions, statement, values;
};
constexpr Shape kExecute{"sp_executesql", 1, 0, 2}, kPrepare{"sp_prepare", 1, 2, 4}, kBoth{"sp_prepexec", 1, 2, 3};
constexpr std::size_t kHandle = 0, kValuesOfPrepared = 1;

const std::string* text_at(const Call& call, std::size_t at) {
  return at < call.parameters.size() ? std::get_if<std::string>(&call.parameters[at].value) : nullptr;
}

std::int64_t handle_of(const Call& call) {
  const auto* handle = call.parameters.empty() ? nullptr : std::get_if<std::int64_t>(&call.parameters[kHandle].value);
  return handle == nullptr ? 0 : *handle;
}

/// Numbers and texts of sys.messages.
Message no_procedure(const Call& call) {
  return {2812, 16, 62, fmt::format("Could not find stored procedure '{}'.", call.procedure)};
}

Message no_handle(const Call& call) {
  return {8179, 16, 2, fmt::format("Could not find prepared statement with handle {}.", handle_of(call))};
}

Message no_statement(const Call& call, const Shape& shape) {
  const std::string_view name = shape.name == kExecute.name ? "@statement" : "@stmt";
  if (shape.statement < call.parameters.size()) {
    return {214, 16, 2, fmt::format("Procedure expects parameter '{}' of type 'ntext/nchar/nvarchar'.", name)};
  }
  return {201, 16, 2,
          fmt::format("Procedure or function '{}' expects parameter '{}', which was not supplied.", shape.name, name)};
}

std::vector<std::string> names_in(const Call& call, const Shape& shape) {
  const std::string* definitions = text_at(call, shape.definitions);
  return definitions == nullptr ? std::vector<std::string>() : parameter_names(*definitions);
}

/// "sys.sp_executesql", "SP_EXECUTESQL" → sp_executesql
std::string plain_name(std::string_view procedure) {
  const std::string name = to_lower(procedure);
  return name.substr(name.rfind('.') + 1);
}

}  // namespace

std::vector<std::string> parameter_names(std::string_view definitions) {
  std::vector<std::string> names;
  int depth = 0;
  bool expects_name = true;
  for (std::size_t at = 0; at < definitions.size(); ++at) {
    const char letter = definitions[at];
    if (letter == '(') ++depth;
    if (letter == ')') --depth;
    if (letter == ',' && depth == 0) expects_name = true;
    if (letter != '@' || !expects_name) continue;
    const auto end = std::min(definitions.find_first_of(" \t\r\n,", at), definitions.size());
    names.emplace_back(definitions.substr(at, end - at));
    expects_name = false;
  }
  return names;
}

void Procedures::run(const Call& call, Response& response, const std::stop_token& cancel) {
  const std::string name = plain_name(call.procedure);
  if (name == "sp_execute") return run_prepared(call, response, cancel);
  if (name == "sp_unprepare") return unprepare(call, response);
  for (const Shape& shape : {kExecute, kPrepare, kBoth}) {
    if (name != shape.name) continue;
    const std::string* statement = text_at(call, shape.statement);
    if (statement == nullptr) {
      response.message(no_statement(call, shape));
      return;
    }
    const Prepared prepared{*statement, names_in(call, shape)};
    if (shape.name != kExecute.name) keep(prepared, call, response);
    if (shape.name != kPrepare.name) run_statement(prepared, call, shape.values, response, cancel);
    return;
  }
  response.message(no_procedure(call));
}

/// Gives it a handle; one that the client hands in has served its time.
void Procedures::keep(const Prepared& prepared, const Call& call, Response& response) {
  prepared_.erase(handle_of(call));
  prepared_[++last_handle_] = prepared;
  const std::string& name = call.parameters[kHandle].name;
  response.return_value({.name = name, .type = {.id = TypeId::integer}, .value = last_handle_}, kHandle);
}

void Procedures::run_prepared(const Call& call, Response& response, const std::stop_token& cancel) {
  const auto found = prepared_.find(handle_of(call));
  if (found == prepared_.end()) {
    response.message(no_handle(call));
  } else {
    run_statement(found->second, call, kValuesOfPrepared, response, cancel);
  }
}

void Procedures::unprepare(const Call& call, Response& response) {
  if (prepared_.erase(handle_of(call)) == 0) response.message(no_handle(call));
}

/// @param first where the values of the statement's parameters begin; those without a name are meant in order
void Procedures::run_statement(const Prepared& prepared, const Call& call, std::size_t first, Response& response,
                               const std::stop_token& cancel) {
  Request request{.batch = prepared.statement};
  std::vector<std::string> names(first);
  for (std::size_t i = first; i < call.parameters.size(); ++i) {
    Parameter& parameter = request.parameters.emplace_back(call.parameters[i]);
    if (parameter.name.empty() && i - first < prepared.names.size()) parameter.name = prepared.names[i - first];
    names.push_back(parameter.name);
  }
  response.name_parameters(std::move(names));
  session_.run(request, response, cancel);
}

}  // namespace dba::sandbox::sqlserver::tds
