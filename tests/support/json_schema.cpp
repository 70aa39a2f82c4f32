#include "support/json_schema.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace dba::test {

void check_schema(std::string_view name, const std::string& text) {
  const auto path =
      std::filesystem::path(DBA_SOURCE_DIR) / "tests" / "golden" / "schema" / (std::string(name) + ".json");
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), "no schema ", path.string());
  const auto schema_json = nlohmann::json::parse(file);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);

  const auto value = nlohmann::json::parse(text);
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(value), &results)) return;
  std::string all;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& step : error.context) all += step;
    all += ": " + error.description + "\n";
  }
  FAIL_CHECK("schema ", std::string(name), ":\n", all, text);
}

}  // namespace dba::test
