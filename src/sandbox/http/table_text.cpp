#include "http/table_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"

namespace dba::sandbox::http {

std::string since(std::string_view rfc3339, WallTime now) { return age_text(rfc3339, now); }

std::string age_of(const Json& object, WallTime now) {
  return since(codec::string_at(object, {"metadata", "creationTimestamp"}), now);
}

bool is_terminating(const Json& object) { return !codec::string_at(object, {"metadata", "deletionTimestamp"}).empty(); }

std::vector<const Json*> items_at(const Json& object, codec::Path path) {
  std::vector<const Json*> items;
  const Json* array = codec::find_at(object, path);
  if (array == nullptr || !array->is_array()) return items;
  for (const Json& item : *array) items.push_back(&item);
  return items;
}

std::size_t size_at(const Json& object, codec::Path path) {
  const Json* found = codec::find_at(object, path);
  return found != nullptr && found->is_structured() ? found->size() : 0;
}

std::int64_t number_at(const Json& object, codec::Path path, std::int64_t fallback) {
  return codec::int_at(object, path).value_or(fallback);
}

std::string labels_text(const Json* labels) {
  if (labels == nullptr || !labels->is_object() || labels->empty()) return "<none>";
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels->items()) {
    pairs.push_back(fmt::format("{}={}", key, value.is_string() ? value.get<std::string>() : value.dump()));
  }
  std::sort(pairs.begin(), pairs.end());
  return join(pairs, ",");
}

std::string or_text(std::string text, std::string_view fallback) {
  return text.empty() ? std::string(fallback) : std::move(text);
}

namespace {

std::string template_fields(const Json& object, std::string_view field) {
  std::vector<std::string> values;
  for (const Json* item : items_at(object, {"spec", "template", "spec", "containers"})) {
    values.push_back(codec::string_at(*item, {field}));
  }
  return join(values, ",");
}

}  // namespace

std::string container_names(const Json& object) { return template_fields(object, "name"); }

std::string container_images(const Json& object) { return template_fields(object, "image"); }

std::string access_modes(const Json& object, codec::Path path) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array kModes{Row{"ReadWriteOnce", "RWO"}, Row{"ReadOnlyMany", "ROX"}, Row{"ReadWriteMany", "RWX"},
                              Row{"ReadWriteOncePod", "RWOP"}};
  std::vector<std::string> present;
  const std::vector<const Json*> modes = items_at(object, path);
  for (const auto& [mode, text] : kModes) {
    if (std::any_of(modes.begin(), modes.end(), [mode = mode](const Json* item) { return *item == mode; })) {
      present.emplace_back(text);
    }
  }
  return join(present, ",");
}

std::string quantity_at(const Json& object, codec::Path path) {
  const Json* found = codec::find_at(object, path);
  if (found == nullptr) return "0";
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  const std::optional<Quantity> quantity = Quantity::try_parse(text);
  return quantity ? quantity->canonical() : text;
}

}  // namespace dba::sandbox::http
