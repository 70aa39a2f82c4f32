#include "list_view.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/paths.hpp"

namespace dba::cli {

namespace {

std::string to_upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// "a=b,c=d" by key; "<none>" without labels.
std::string labels_text(const Json& item) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : item.at("labels").items())
    pairs.push_back(fmt::format("{}={}", key, value.get<std::string>()));
  std::ranges::sort(pairs);
  return pairs.empty() ? "<none>" : join(pairs, ",");
}

/// What one item is sorted by.
struct SortKey {
  bool found = false;  ///< The path leads somewhere, perhaps to null.
  std::string text{};
  std::optional<Quantity> amount{};
};

SortKey sort_key(const codec::JsonPath& path, const Json& item) {
  const std::vector<Json> values = path.find(item);
  if (values.empty()) return {};
  SortKey key{.found = true};
  if (!values.front().is_null())
    key.text = values.front().is_string() ? values.front().get<std::string>() : values.front().dump();
  key.amount = Quantity::try_parse(key.text);
  return key;
}

bool comes_before(const SortKey& a, const SortKey& b) {
  return a.amount && b.amount ? *a.amount < *b.amount : a.text < b.text;
}

}  // namespace

std::vector<output::Column> label_columns_of(const ListView& view) {
  std::vector<output::Column> columns;
  for (const std::string& key : view.label_columns)
    columns.push_back({.header = to_upper(key.substr(key.find_last_of('/') + 1))});
  if (view.show_labels) columns.push_back({.header = "LABELS"});
  return columns;
}

std::vector<std::string> label_cells_of(const ListView& view, const Json& item) {
  std::vector<std::string> cells;
  for (const std::string& key : view.label_columns) cells.push_back(codec::string_at(item, {"labels", key}));
  if (view.show_labels) cells.push_back(labels_text(item));
  return cells;
}

void check_sort_by(const std::string& path) { codec::JsonPath::parse(path, codec::JsonPath::Braces::optional); }

std::vector<std::size_t> sorted_order(const ListView& view, const std::vector<Json>& items) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (view.sort_by.empty()) return order;
  const codec::JsonPath path = codec::JsonPath::parse(view.sort_by, codec::JsonPath::Braces::optional);
  std::vector<SortKey> keys;
  for (const Json& item : items) keys.push_back(sort_key(path, item));
  if (!keys.empty() && std::ranges::none_of(keys, &SortKey::found)) {
    throw usage_error(fmt::format("--sort-by: no database has a field \"{}\"", view.sort_by),
                      "kubectl dba mssql list -o json");
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return comes_before(keys[a], keys[b]); });
  return order;
}

}  // namespace dba::cli
