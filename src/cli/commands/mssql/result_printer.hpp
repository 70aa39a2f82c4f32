#pragma once
// Prints what batches answer while it comes in: any number of rows, no memory for them.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/output/streams.hpp"
#include "dba/sql/connector.hpp"

namespace dba::cli {

enum class ResultForm { table, csv, tsv, json, ndjson };

/// The forms of -o that `query` has.
std::vector<std::string> result_forms();
/// @throws Error (usage)
ResultForm parse_result_form(std::string_view text);

/// Where an answer comes from.
struct ResultOrigin {
  std::string replica{};
  bool named = false;  ///< Every row says which replica it is of: several were asked.
  int line = 1;        ///< Of the script, where the batch begins.
};

/// A statement the server refused.
struct ResultError {
  std::string replica{}, message{}, sqlstate{};
  int number = 0;  ///< 0 = the server gave none, or the words are not its own.
  std::optional<int> severity{}, state{};
  std::optional<int> line{};  ///< Of the script.
  int batch_line = 1;         ///< Of the script, where the batch begins.
};

class ResultWriter;

/// One for a whole command; begin() goes before every batch.
class ResultPrinter : public sql::ResultReader {
 public:
  ResultPrinter(output::IoStreams& io, ResultForm form, std::string_view ns, std::string_view database);
  ~ResultPrinter() override;

  using OnError = std::function<void(const sql::SqlError& error)>;
  /// @param on_error is told what the server refuses while it goes on with the batch, and tells fail()
  void begin(const ResultOrigin& origin, OnError on_error);
  void columns(const std::vector<sql::Column>& columns) override;
  void row(const sql::Row& row) override;
  void done(std::optional<long long> affected) override;
  void message(const sql::Diagnostic& message) override;
  void error(const sql::SqlError& error) override { on_error_(error); }
  /// A statement failed with this; the result set that was under way is over. Told on stderr by the caller.
  void fail(const ResultError& error);
  /// Everything there is has been printed.
  void finish();

 private:
  void tell_count(long long count, std::string_view what, std::string_view suffix);

  output::IoStreams& io_;
  std::unique_ptr<ResultWriter> writer_;
  ResultOrigin origin_{};
  OnError on_error_{};
  bool in_set_ = false;
  long long rows_ = 0;
};

}  // namespace dba::cli
