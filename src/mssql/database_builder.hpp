#pragma once
// One object being built from flags over a base.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dba/mssql/database_spec.hpp"

#include "flag_values.hpp"

namespace dba::mssql {

/// Each method writes one part of the object; what is wrong with its flags is collected, and the next part goes on.
class DatabaseBuilder {
 public:
  DatabaseBuilder(const DatabaseOptions& options, const Json* base, Notices& notices, Findings& problems);
  ~DatabaseBuilder();
  DatabaseBuilder(const DatabaseBuilder&) = delete;
  DatabaseBuilder& operator=(const DatabaseBuilder&) = delete;

  Json build();

 private:
  void start();
  void metadata();
  void topology();
  void availability_group();
  void leader_election();
  void distributed_group();
  void tls();
  void container();
  void environment();
  void storage();
  void configuration();
  void init();
  void monitor();
  void services();
  void assignments();

  void drop_server_fields();
  /// Undoes and refuses what --set may not touch: the status, and a name or namespace that the command line names.
  void check_assigned();
  void refuse_group_flags();
  /// Runs one part; an Error in it becomes problems, each told once.
  void part(const std::function<void()>& write);
  void refuse(std::string_view flag, std::string_view message);
  /// Writes each KEY=VALUE of a repeatable flag; what is none, and a key that comes again, is refused.
  void each_pair(std::string_view flag, const std::vector<std::string>& texts,
                 const std::function<void(const KeyValue& pair)>& write);
  Json& spec(codec::Path path);
  /// Sets a text field when the flag was given.
  void put(codec::Path path, const char* field, const std::optional<std::string>& value);

  const DatabaseOptions& options_;
  const Json* base_;
  Notices& notices_;
  Findings& problems_;
  bool standalone_ = false;  ///< Typed: flags of groups are refused, so they are not written either.
  std::unique_ptr<Json> object_;
};

}  // namespace dba::mssql
