#include "api/patches.hpp"

#include <nlohmann/json.hpp>

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

/// The API server takes "replace" of a field that is not there for "add".
Json lenient(const Json& object, Json step) {
  if (codec::string_at(step, {"op"}) != "replace") return step;
  const Json::json_pointer place(step.at("path").get<std::string>());
  if (place.empty() || object.contains(place)) return step;
  if (object.at(place.parent_pointer()).is_object()) step["op"] = "add";
  return step;
}

/// nlohmann's own comparison heeds the order of keys.
void test_value(const Json& object, const Json& step) {
  const Json& found = object.at(Json::json_pointer(step.at("path").get<std::string>()));
  if (!same_value(found, step.at("value"))) throw unprocessable();
}

}  // namespace

Json json_patched(Json object, const Json& patch) {
  if (!patch.is_array()) {
    throw bad_request(
        "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  }
  try {
    for (const Json& step : patch) {
      if (codec::string_at(step, {"op"}) == "test") {
        test_value(object, step);
      } else {
        object.patch_inplace(Json::array({lenient(object, step)}));
      }
    }
  } catch (const Json::exception&) {
    throw unprocessable();
  }
  return object;
}

Json merge_patched(Json object, const Json& patch) {
  if (!patch.is_object()) {
    throw bad_request(
        "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
  }
  object.merge_patch(patch);
  return object;
}

}  // namespace dba::sandbox::api
