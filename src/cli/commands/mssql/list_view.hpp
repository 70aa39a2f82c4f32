#pragma once
// What the flags of `list` make of its rows besides -o: columns of labels, and another order.

#include <cstddef>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

namespace dba::cli {

struct ListView {
  output::Format format{};
  bool show_labels = false;
  std::vector<std::string> label_columns{};  ///< Label keys, a column each.
  std::string sort_by{};                     ///< JSONPath into an item; empty = by namespace and name.

  /// Whether rows cannot be shown without their items.
  bool needs_items() const { return show_labels || !label_columns.empty() || !sort_by.empty(); }
};

/// The columns behind those of the list. @source kubectl get: the upper-case end of a key, then LABELS
std::vector<output::Column> label_columns_of(const ListView& view);
/// The cells of one item in these columns.
std::vector<std::string> label_cells_of(const ListView& view, const Json& item);

/// @throws Error (usage) for a path that cannot be read.
void check_sort_by(const std::string& path);
/// Which item comes first, second, …: numbers and quantities by value, other texts by their characters; what is absent
/// comes first, and what is equal stays in its order.
/// @throws Error (usage) when no item has such a field.
std::vector<std::size_t> sorted_order(const ListView& view, const std::vector<Json>& items);

}  // namespace dba::cli
