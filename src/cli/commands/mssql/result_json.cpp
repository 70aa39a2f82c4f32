// Results as one JSON document, or as one object a row.

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "result_writer.hpp"

namespace dba::cli {

namespace {

/// Whole numbers up to here are the same in every reader of JSON; longer ones are texts.
constexpr std::size_t kSafeDigits = 15;

std::string_view kind_name(sql::ValueKind kind) {
  switch (kind) {
    case sql::ValueKind::text:
      return "text";
    case sql::ValueKind::integer:
      return "integer";
    case sql::ValueKind::decimal:
      return "decimal";
    case sql::ValueKind::floating:
      return "floating";
    case sql::ValueKind::boolean:
      return "boolean";
    case sql::ValueKind::binary:
      return "binary";
    case sql::ValueKind::date:
      return "date";
    case sql::ValueKind::time:
      return "time";
    case sql::ValueKind::timestamp:
      return "timestamp";
    case sql::ValueKind::guid:
      return "guid";
  }
  return {};
}

/// Numbers stay numbers where JSON can hold them without loss; decimals are texts.
Json value_of(const sql::Cell& cell, sql::ValueKind kind) {
  if (!cell) return {};
  if (kind == sql::ValueKind::boolean) return *cell == "1";
  const bool number =
      (kind == sql::ValueKind::integer && cell->size() <= kSafeDigits) || kind == sql::ValueKind::floating;
  if (!number) return *cell;
  Json parsed = Json::parse(*cell, nullptr, false);
  return parsed.is_number() ? parsed : Json(*cell);
}

/// Invalid UTF-8, which no server sends, does not end the program.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

class JsonWriter : public ResultWriter {
 public:
  JsonWriter(output::IoStreams& io, bool lines, std::string_view ns, std::string_view database)
      : out_(io.out), lines_(lines) {
    if (lines_) return;
    const Json where = Json::object({{"namespace", ns}, {"name", database}});
    out_.write(fmt::format(
        "{{\n    \"apiVersion\": \"kubectl-dba/v1\",\n    \"kind\": \"QueryResult\",\n    \"database\": {},\n"
        "    \"results\": [",
        text_of(where)));
  }

  void begin_set(const ResultOrigin& origin, const std::vector<sql::Column>& columns) override {
    columns_ = columns;
    names_ = distinct_names(columns);
    replica_ = origin.named ? origin.replica : "";
    rows_ = 0;
    if (!lines_) open_set(origin);
  }

  void row(const sql::Row& row) override {
    Json object = Json::object();
    if (lines_ && !replica_.empty()) object["replica"] = replica_;
    for (std::size_t i = 0; i < row.size() && i < names_.size(); ++i)
      object[names_[i]] = value_of(row[i], columns_[i].kind);
    if (!lines_) out_.write(rows_++ == 0 ? "\n                " : ",\n                ");
    out_.write(text_of(object));
    if (lines_) out_.write("\n");
  }

  void end_set(std::optional<long long> affected) override {
    if (!lines_)
      out_.write(fmt::format("{}],\n            \"affected\": {}\n        }}", rows_ > 0 ? "\n            " : "",
                             text_of(affected && *affected >= 0 ? Json(*affected) : Json())));
    out_.flush();
  }

  void count(const ResultOrigin& origin, long long affected) override {
    if (lines_) return;
    begin_set(origin, {});
    end_set(affected);
  }

  void error(const ResultError& error) override {
    Json json = Json::object();
    json["replica"] = error.replica;
    json["message"] = error.message;
    json["number"] = error.number == 0 ? Json() : Json(error.number);
    json["level"] = or_null(error.severity);
    json["state"] = or_null(error.state);
    json["line"] = or_null(error.line);
    json["batchLine"] = error.batch_line;
    json["sqlstate"] = error.sqlstate.empty() ? Json() : Json(error.sqlstate);
    errors_.push_back(std::move(json));
  }

  void finish() override {
    if (!lines_) {
      out_.write(fmt::format("{}],\n    \"errors\": [", any_ ? "\n    " : ""));
      for (std::size_t i = 0; i < errors_.size(); ++i)
        out_.write(fmt::format("{}\n        {}", i == 0 ? "" : ",", text_of(errors_[i])));
      out_.write(fmt::format("{}]\n}}\n", errors_.empty() ? "" : "\n    "));
    }
    out_.flush();
  }

 private:
  void open_set(const ResultOrigin& origin) {
    Json columns = Json::array();
    for (std::size_t i = 0; i < names_.size(); ++i)
      columns.push_back(Json::object({{"name", names_[i]}, {"type", kind_name(columns_[i].kind)}}));
    out_.write(
        fmt::format("{}\n        {{\n            \"replica\": {},\n            \"batchLine\": {},\n"
                    "            \"columns\": {},\n            \"rows\": [",
                    std::exchange(any_, true) ? "," : "", text_of(origin.replica), origin.line, text_of(columns)));
  }

  BufferedOut out_;
  bool lines_;
  bool any_ = false;
  std::string replica_{};
  long long rows_ = 0;
  std::vector<sql::Column> columns_{};
  std::vector<std::string> names_{};
  std::vector<Json> errors_{};
};

}  // namespace

std::unique_ptr<ResultWriter> json_writer(output::IoStreams& io, ResultForm form, std::string_view ns,
                                          std::string_view database) {
  return std::make_unique<JsonWriter>(io, form == ResultForm::ndjson, ns, database);
}

}  // namespace dba::cli
