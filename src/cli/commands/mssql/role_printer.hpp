#pragma once
// Prints role reports in every form of -o: once, or row by row as they change.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/mssql/roles.hpp"
#include "dba/output/format.hpp"
#include "dba/output/streams.hpp"
#include "dba/output/table.hpp"
#include "dba/platform/clock.hpp"

namespace dba::cli {

/// Which pods are meant; all of them when neither is set.
struct RoleSelection {
  bool primary = false;
  bool secondaries = false;
};

/// The forms of -o that `roles` has.
std::vector<std::string> role_forms();

class RolePrinter {
 public:
  RolePrinter(output::IoStreams& io, platform::Clock& clock, RoleSelection selection, output::Format format);
  ~RolePrinter();

  /// The whole report; what it comes to is a note on stderr, or an error where not exactly one pod leads.
  void print(const mssql::RoleReport& report);
  /// The whole report the first time, then the rows that are new or different, and once more those that are gone.
  void print_changes(const mssql::RoleReport& report);

 private:
  mssql::RoleReport selected(const mssql::RoleReport& report) const;
  bool names_only() const;
  bool is_answer(const mssql::RoleReport& report) const;
  void warn_of_primary(const mssql::RoleReport& report);
  void print_rows(std::vector<mssql::ReplicaRole> rows, mssql::RoleReport report);
  void tell_summary(const mssql::RoleReport& report);

  output::IoStreams& io_;
  platform::Clock& clock_;
  RoleSelection selection_;
  output::Format format_;
  output::Table table_;
  std::vector<mssql::ReplicaRole> shown_{};  ///< Rows as they were printed last.
  std::string summary_{};
};

}  // namespace dba::cli
