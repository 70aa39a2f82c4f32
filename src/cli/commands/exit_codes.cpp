// `exit-codes`: the table scripts branch on.
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/output/format.hpp"
#include "dba/output/table.hpp"

#include "../mutation_flags.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

Json exit_code_report() {
  Json report = output::make_report("ExitCodes");
  report["exitCodes"] = Json::array();
  for (const ExitCodeRow& row : exit_code_table()) {
    Json entry = Json::object();
    entry["code"] = static_cast<int>(row.code);
    entry["name"] = row.name;
    entry["meaning"] = row.meaning;
    report["exitCodes"].push_back(std::move(entry));
  }
  return report;
}

std::string exit_code_text() {
  output::Table table({{.header = "CODE"}, {.header = "NAME"}, {.header = "MEANING"}}, false);
  for (const ExitCodeRow& row : exit_code_table()) {
    table.add({std::to_string(static_cast<int>(row.code)), std::string(row.name), std::string(row.meaning)});
  }
  return table.flush();
}

ExitCode run_exit_codes(const std::string& form, AppContext& context) {
  const output::Format format = output::parse_format(form, {"table", "json", "yaml"});
  context.io.out.write(format.is_table() ? exit_code_text() : output::print_report(exit_code_report(), format));
  return ExitCode::ok;
}

}  // namespace

Command exit_codes_command() {
  const auto form = std::make_shared<std::string>();
  return {
      .name = "exit-codes",
      .summary = "List the exit codes and what they mean",
      .description =
          "A number never changes its meaning. Between several outcomes of one run the most severe one wins.",
      .examples = "# The table\nkubectl dba exit-codes\n\n# For a script\nkubectl dba exit-codes -o json\n",
      .flags = {output_flag(*form, {"table", "json", "yaml"})},
      .run = [form](AppContext& context) { return run_exit_codes(*form, context); },
      .settings_optional = true,
  };
}

}  // namespace dba::cli
