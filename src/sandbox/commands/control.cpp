#include "commands/control.hpp"

#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/output/format.hpp"

#include "api/status_error.hpp"

namespace dba::sandbox::commands {

namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

api::StatusError refusal(int code, std::string reason, std::string message) {
  api::StatusError error;
  error.code = code;
  error.reason = std::move(reason);
  error.message = std::move(message);
  return error;
}

/// Names and numbers only: nothing in them needs unescaping.
Parameters read_parameters(std::string_view query) {
  Parameters parameters;
  for (const std::string& pair : split(query, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos) parameters[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return parameters;
}

std::string value_of(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

Json fault_list(world::World& world) {
  Json report = output::make_report("SandboxFaults");
  report["environment"] = "sandbox";
  report["faults"] = Json::array();
  for (const world::Fault& fault : world.faults.all()) {
    report["faults"].push_back(to_json(fault, world.clock.steady_now()));
  }
  return report;
}

Json set_fault(world::World& world, const ControlHooks& hooks, const std::string& body) {
  world::FaultRequest request = world::fault_request_from_json(codec::parse_json(body, "the request"));
  if (std::string missing = hooks.missing_target(request.target); !missing.empty()) {
    throw refusal(404, "NotFound", std::move(missing));
  }
  const std::uint64_t id = world.faults.set(std::move(request));
  for (const world::Fault& fault : world.faults.all()) {
    if (fault.id == id) return to_json(fault, world.clock.steady_now());
  }
  return Json::object();
}

Json clear_faults(world::World& world, const Parameters& parameters) {
  const int before = static_cast<int>(world.faults.all().size());
  if (const std::string name = value_of(parameters, "name"); name.empty()) {
    world.faults.clear_all();
  } else {
    world.faults.clear(name, {.ns = value_of(parameters, "namespace"),
                              .database = value_of(parameters, "database"),
                              .member = value_of(parameters, "member")});
  }
  Json answer = Json::object();
  answer["cleared"] = before - static_cast<int>(world.faults.all().size());
  return answer;
}

Json answer(world::World& world, const ControlHooks& hooks, const std::string& method, std::string_view target,
            const std::string& body) {
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  const Parameters parameters =
      mark == std::string_view::npos ? Parameters{} : read_parameters(target.substr(mark + 1));
  if (path == "status" && method == "GET") return hooks.status();
  if (path == "truth" && method == "GET") {
    return world.truth.report(value_of(parameters, "namespace"), value_of(parameters, "database"));
  }
  if (path == "faults" && method == "GET") return fault_list(world);
  if (path == "faults" && method == "POST") return set_fault(world, hooks, body);
  if (path == "faults" && method == "DELETE") return clear_faults(world, parameters);
  if (path == "shutdown" && method == "POST") {
    hooks.shut_down();
    return Json::object();
  }
  throw refusal(404, "NotFound", fmt::format("the sandbox has no {} /sandbox/{}", method, path));
}

}  // namespace

http::Control control(world::World& world, ControlHooks hooks) {
  return [&world, hooks = std::move(hooks)](const std::string& method, const std::string& path,
                                            const std::string& body) -> http::ControlAnswer {
    try {
      return {.code = 200, .body = codec::compact_json(answer(world, hooks, method, path, body))};
    } catch (const api::StatusError& error) {
      return {.code = error.code, .body = codec::compact_json(error.status())};
    } catch (const Error& error) {
      return {.code = 400, .body = codec::compact_json(refusal(400, "BadRequest", error.info().message).status())};
    }
  };
}

}  // namespace dba::sandbox::commands
