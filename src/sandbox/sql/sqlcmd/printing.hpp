#pragma once
// Results as sqlcmd prints them.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/sqlcmd/options.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver {

class SqlcmdPrinter final : public ResultSink {
 public:
  using Write = std::function<void(std::string_view)>;
  SqlcmdPrinter(const SqlcmdOptions& options, std::string server, Write out, Write err)
      : options_(options), server_(std::move(server)), out_(std::move(out)), err_(std::move(err)) {}

  bool failed() const { return failed_; }  ///< An error of severity above 10 was told.

  bool columns(const std::vector<Column>& columns) override;
  bool row(const std::vector<Value>& row) override;
  bool done(std::optional<std::int64_t> count, bool failed) override;
  bool message(const Message& message) override;
  bool output(const Parameter&) override { return true; }
  bool database_changed(const std::string&) override { return true; }
  bool transaction(Transaction, std::uint64_t) override { return true; }

 private:
  const SqlcmdOptions& options_;
  std::string server_;
  Write out_, err_;
  std::vector<Column> columns_{};
  std::vector<std::size_t> widths_{};
  bool failed_ = false;

  void print_line(const std::vector<std::string>& cells) const;
};

}  // namespace dba::sandbox::sqlserver
