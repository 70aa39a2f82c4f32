#include "result_printer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "result_writer.hpp"

namespace dba::cli {

namespace {

constexpr std::array<std::pair<std::string_view, ResultForm>, 5> kResultForms{{{"table", ResultForm::table},
                                                                               {"csv", ResultForm::csv},
                                                                               {"tsv", ResultForm::tsv},
                                                                               {"json", ResultForm::json},
                                                                               {"ndjson", ResultForm::ndjson}}};

std::unique_ptr<ResultWriter> writer_of(output::IoStreams& io, ResultForm form, std::string_view ns,
                                        std::string_view database) {
  switch (form) {
    case ResultForm::table:
      return table_writer(io);
    case ResultForm::csv:
    case ResultForm::tsv:
      return delimited_writer(io, form);
    case ResultForm::json:
    case ResultForm::ndjson:
      return json_writer(io, form, ns, database);
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> result_forms() {
  std::vector<std::string> words;
  for (const auto& [word, form] : kResultForms) words.emplace_back(word);
  return words;
}

ResultForm parse_result_form(std::string_view text) {
  if (text.empty()) return ResultForm::table;
  for (const auto& [word, form] : kResultForms) {
    if (text == word) return form;
  }
  throw usage_error(
      fmt::format("--output: \"{}\" is not a form of this command: use {}", text, english_list(result_forms(), "or")));
}

std::vector<std::string> distinct_names(const std::vector<sql::Column>& columns) {
  std::vector<std::string> names;
  for (const sql::Column& column : columns) {
    const std::string wanted = column.name.empty() ? fmt::format("column{}", names.size() + 1) : column.name;
    std::string name = wanted;
    for (int count = 2; std::find(names.begin(), names.end(), name) != names.end(); ++count) {
      name = fmt::format("{} ({})", wanted, count);
    }
    names.push_back(std::move(name));
  }
  return names;
}

ResultPrinter::ResultPrinter(output::IoStreams& io, ResultForm form, std::string_view ns, std::string_view database)
    : io_(io), writer_(writer_of(io, form, ns, database)) {}

ResultPrinter::~ResultPrinter() = default;

void ResultPrinter::begin(const ResultOrigin& origin, OnError on_error) {
  origin_ = origin;
  on_error_ = std::move(on_error);
}

void ResultPrinter::columns(const std::vector<sql::Column>& columns) {
  in_set_ = true;
  rows_ = 0;
  writer_->begin_set(origin_, columns);
}

void ResultPrinter::row(const sql::Row& row) {
  ++rows_;
  writer_->row(row);
}

void ResultPrinter::done(std::optional<long long> affected) {
  if (std::exchange(in_set_, false)) {
    writer_->end_set(affected);
    tell_count(rows_, "row", "");
  } else if (affected && *affected >= 0) {
    writer_->count(origin_, *affected);
    tell_count(*affected, "row", " affected");
  }
}

void ResultPrinter::tell_count(long long count, std::string_view what, std::string_view suffix) {
  const std::string who = origin_.named ? origin_.replica + ": " : "";
  io_.note(fmt::format("{}({} {}{}{})", who, count, what, count == 1 ? "" : "s", suffix));
}

void ResultPrinter::message(const sql::Diagnostic& message) {
  const std::string who = origin_.named ? origin_.replica + ": " : "";
  io_.err_line(who + neutralise_controls(message.message, true));
}

void ResultPrinter::fail(const ResultError& error) {
  if (std::exchange(in_set_, false)) writer_->end_set(std::nullopt);
  writer_->error(error);
}

void ResultPrinter::finish() { writer_->finish(); }

}  // namespace dba::cli
