#pragma once
// Prints lists of databases in every form of -o: once, or row by row as they change.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/mssql/list_service.hpp"
#include "dba/output/format.hpp"
#include "dba/output/streams.hpp"
#include "dba/output/table.hpp"
#include "dba/platform/clock.hpp"

#include "list_view.hpp"

namespace dba::cli {

/// The forms of -o that `list` has.
std::vector<std::string> list_forms();

class ListPrinter {
 public:
  /// @param ns the namespace that is listed; empty = all of them, which puts NAMESPACE into the table
  ListPrinter(output::IoStreams& io, platform::Clock& clock, std::string_view ns, ListView view);
  ~ListPrinter();
  ListPrinter(const ListPrinter&) = delete;
  ListPrinter& operator=(const ListPrinter&) = delete;

  /// @throws Error (usage) when the list cannot be sorted as the view wants it.
  void print(const mssql::ListResult& result);
  /// The whole list the first time, then the rows that are new or different, and once more those that are gone, as
  /// "Deleted".
  void print_changes(const mssql::ListResult& result);

 private:
  struct Shown;
  void print_rows(const mssql::ListResult& result);
  void print_report(Json report);
  void print_changed_rows(const mssql::ListResult& result);
  void say_when_empty(const mssql::ListResult& result);

  output::IoStreams& io_;
  platform::Clock& clock_;
  std::string ns_;
  ListView view_;
  const output::Format& format_;
  output::Table table_;
  bool began_ = false;
  std::string last_{};                  ///< The report that was printed last.
  std::map<std::string, Shown> shown_;  ///< Rows as they were printed last, by namespace and name.
};

}  // namespace dba::cli
