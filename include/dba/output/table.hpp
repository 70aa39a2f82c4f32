#pragma once
// kubectl's table: columns of 3 blanks, min. 6 wide, last one unpadded, widths remembered between flushes.
// @source k8s.io/cli-runtime table printer and Go's tabwriter; goldens in tests/unit/output.

#include <cstddef>
#include <string>
#include <vector>

namespace dba::output {

struct Column {
  std::string header{};
  bool wide_only = false;  ///< Shown by -o wide.
};

class Table {
 public:
  /// @param wide whether the columns of -o wide are shown
  Table(std::vector<Column> columns, bool wide, bool headers = true);
  void add(std::vector<std::string> cells);  ///< One cell per column, hidden ones included.
  bool empty() const { return rows_.empty(); }
  /// The rows added since the last call, headers before the first; empty without rows. Widths only grow.
  std::string flush();

 private:
  std::vector<Column> columns_;
  bool wide_;
  bool headers_pending_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace dba::output
