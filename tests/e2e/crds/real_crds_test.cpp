// real_crds_test SHELLS CATALOG: compares the compact schema of the mssql room, filled into the CRDs of the folder
// SHELLS, with KubeDB's real CRDs path by path in both directions, and our catalog with KubeDB's when that stands
// beside them. The folder of the CRDs is DBA_CRDS; without it the test is skipped (exit 77), unless DBA_REQUIRE insists
// on crds.

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"

#include "crds/compact_crd.hpp"
#include "crds/crd_fields.hpp"
#include "crds/crd_files.hpp"

namespace {

namespace fs = std::filesystem;
using dba::Json;
using dba::e2e::CrdField;
using dba::e2e::CrdFields;
using dba::e2e::fields_of_crd;
using dba::e2e::name_of;
using dba::e2e::read_documents;
using dba::e2e::yaml_files;
using dba::mssql::FieldType;
using Lines = std::vector<std::string>;

std::set<std::string> as_set(const Lines& values) { return {values.begin(), values.end()}; }

/// What of `path` differs; nothing when we leave it open (its default and place are compared all the same).
void compare_field(const std::string& path, const CrdField& ours, const CrdField& theirs, Lines& lines) {
  if (ours.preset != theirs.preset)
    lines.push_back(fmt::format("{}: default {}, in the CRD {}", path, ours.preset, theirs.preset));
  if (ours.shape.required != theirs.shape.required)
    lines.push_back(fmt::format("{}: required {}, in the CRD {}", path, ours.shape.required, theirs.shape.required));
  if (ours.shape.type == FieldType::any) return;
  if (ours.shape.type != theirs.shape.type)
    lines.push_back(fmt::format("{}: {}, the CRD says {}", path, name_of(ours.shape.type), name_of(theirs.shape.type)));
  if (as_set(ours.shape.allowed) != as_set(theirs.shape.allowed))
    lines.push_back(fmt::format("{}: allows {}, the CRD {}", path, fmt::join(ours.shape.allowed, "|"),
                                fmt::join(theirs.shape.allowed, "|")));
  if (ours.merge != theirs.merge)
    lines.push_back(fmt::format("{}: merges {}, in the CRD {}", path, ours.merge, theirs.merge));
}

Lines compare_fields(const CrdFields& ours, const CrdFields& theirs) {
  Lines lines;
  for (const auto& [path, field] : ours) {
    const auto found = theirs.find(path);
    if (found == theirs.end()) {
      lines.push_back(fmt::format("{}: not in the CRD", path));
    } else {
      compare_field(path, field, found->second, lines);
    }
  }
  for (const auto& [path, field] : theirs) {
    if (!ours.contains(path) && !is_below_any(ours, path))
      lines.push_back(fmt::format("{}: missing ({} in the CRD)", path, name_of(field.shape.type)));
  }
  return lines;
}

void compare_json(const std::string& what, const nlohmann::json& ours, const nlohmann::json& theirs, Lines& lines) {
  if (ours != theirs) lines.push_back(fmt::format("{}: {}, in the CRD {}", what, ours.dump(), theirs.dump()));
}

/// Everything but the fields: names, scope, version, columns, and what the name of an object must look like.
void compare_around(const Json& ours, const Json& theirs, Lines& lines) {
  compare_json("metadata.name", ours.at("metadata").at("name"), theirs.at("metadata").at("name"), lines);
  for (const char* part : {"group", "scope", "names"}) {
    compare_json(part, ours.at("spec").at(part), theirs.at("spec").at(part), lines);
  }
  const Json& version = ours.at("spec").at("versions").at(0);
  const Json& real = theirs.at("spec").at("versions").at(0);
  for (const char* part : {"name", "served", "storage", "subresources", "additionalPrinterColumns"}) {
    compare_json(part, version.at(part), real.at(part), lines);
  }
  const Json::json_pointer metadata("/schema/openAPIV3Schema/properties/metadata");
  compare_json("metadata", version.at(metadata), real.at(metadata), lines);
}

std::size_t print(const std::string& what, const Lines& lines) {
  for (const std::string& line : lines) fmt::print("{}: {}\n", what, line);
  fmt::print("{}: {} differences\n", what, lines.size());
  return lines.size();
}

std::size_t compare_crds(const fs::path& shells, const fs::path& real) {
  std::size_t wrong = 0;
  for (const fs::path& shell : yaml_files(shells)) {
    const Json ours = dba::e2e::fill_crd(read_documents(shell).at(0));
    const Json theirs = read_documents(real / shell.filename()).at(0);
    const CrdFields fields = fields_of_crd(theirs);
    Lines lines = compare_fields(fields_of_crd(ours), fields);
    compare_around(ours, theirs, lines);
    wrong += print(fmt::format("{} ({} paths)", shell.filename().string(), fields.size()), lines);
  }
  return wrong;
}

using Catalog = std::map<std::string, Json>;

Catalog read_catalog(const fs::path& folder) {
  Catalog versions;
  for (const fs::path& file : yaml_files(folder)) {
    for (const Json& version : read_documents(file)) versions[dba::codec::name_of(version)] = version.at("spec");
  }
  return versions;
}

/// Every version of one side is on the other, and says the same where ours says anything.
Lines compare_catalogs(const Catalog& ours, const Catalog& theirs) {
  Lines lines;
  for (const auto& [name, spec] : theirs) {
    if (!ours.contains(name)) lines.push_back(fmt::format("{}: missing", name));
    for (const char* flag : {"deprecated", "endOfLife"}) {
      if (ours.contains(name) && ours.at(name).value(flag, false) != spec.value(flag, false))
        lines.push_back(fmt::format("{}: {} differs", name, flag));
    }
  }
  for (const auto& [name, spec] : ours) {
    if (!theirs.contains(name)) {
      lines.push_back(fmt::format("{}: not in KubeDB's", name));
      continue;
    }
    for (const auto& [key, value] : spec.items()) {
      compare_json(fmt::format("{}: {}", name, key), value, theirs.at(name).value(key, Json()), lines);
    }
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  const char* folder = std::getenv("DBA_CRDS");
  if (folder == nullptr || *folder == '\0') {
    const char* required = std::getenv("DBA_REQUIRE");
    const bool insisted = required != nullptr && std::string_view(required).find("crds") != std::string_view::npos;
    fmt::print("{}: DBA_CRDS names no folder\n", insisted ? "FAILED" : "skipped");
    return insisted ? 1 : 77;
  }
  if (argc != 3) {
    fmt::print(stderr, "usage: real_crds_test SHELLS CATALOG\n");
    return 2;
  }
  try {
    std::size_t wrong = compare_crds(argv[1], folder);
    const fs::path catalog = fs::path(folder) / "../catalog/mssqlserver";
    if (fs::exists(catalog)) {
      wrong += print("catalog", compare_catalogs(read_catalog(argv[2]), read_catalog(catalog)));
    } else {
      fmt::print("catalog: none beside the CRDs\n");
    }
    return wrong == 0 ? 0 : 1;
  } catch (const std::exception& failure) {
    fmt::print("FAILED: {}\n", failure.what());
    return 1;
  }
}
