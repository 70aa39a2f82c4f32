#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "dba/cli/spec.hpp"
#include "dba/codec/json.hpp"

namespace dba::cli {

namespace {

Json flag_json(const Flag& flag) {
  Json json = Json::object();
  json["name"] = flag.name;
  json["letter"] = flag.letter == 0 ? Json(nullptr) : Json(std::string(1, flag.letter));
  json["value"] = flag.is_switch() ? Json(nullptr) : Json(flag.value);
  json["required"] = flag.required;
  json["repeatable"] = std::holds_alternative<std::vector<std::string>*>(flag.into);
  json["oneOf"] = flag.one_of;
  json["help"] = flag.help;
  return json;
}

Json command_json(const Command& command) {
  Json json = Json::object();
  json["name"] = command.name;
  json["aliases"] = command.aliases;
  json["summary"] = command.summary;
  json["arguments"] = Json::array();
  for (const Argument& argument : command.arguments) {
    Json entry = Json::object();
    entry["name"] = argument.name;
    entry["required"] = argument.required;
    entry["help"] = argument.help;
    json["arguments"].push_back(std::move(entry));
  }
  json["flags"] = Json::array();
  for (const Flag& flag : command.flags) {
    if (!flag.hidden) json["flags"].push_back(flag_json(flag));
  }
  json["commands"] = Json::array();
  for (const Command& child : command.commands) {
    if (!child.hidden) json["commands"].push_back(command_json(child));
  }
  return json;
}

}  // namespace

std::string tree_json(const Command& root) {
  Json tree = Json::object();
  tree["schemaVersion"] = 1;
  tree["root"] = command_json(root);
  return tree.dump(2) + "\n";
}

}  // namespace dba::cli
