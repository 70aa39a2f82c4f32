#include "dba/output/format.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"
#include "dba/platform/files.hpp"

using dba::Json;
using dba::output::Format;
using dba::output::make_report;
using dba::output::parse_format;
using dba::output::print_objects;
using dba::output::print_report;

namespace {

const std::vector<std::string> kAll{"wide", "json", "yaml", "name", "jsonpath", "custom-columns"};

dba::ErrorInfo problem(std::string_view text, const std::vector<std::string>& allowed) {
  try {
    parse_format(text, allowed);
    return {.message = "accepted"};
  } catch (const dba::Error& error) {
    return error.info();
  }
}

std::string refusal(std::string_view text, const std::vector<std::string>& allowed) {
  return problem(text, allowed).message;
}

std::string hint(std::string_view text, const std::vector<std::string>& allowed) { return problem(text, allowed).hint; }

Json object(std::string_view name) {
  return dba::codec::parse_json(
      std::string(R"({"kind":"MSSQLServer","apiVersion":"kubedb.com/v1alpha2","metadata":{"name":")") +
          std::string(name) + R"(","managedFields":[{"manager":"x"}]},"spec":{"version":"2022-cu12"}})",
      "test");
}

}  // namespace

TEST_CASE("an output form is recognised when the command has it") {
  struct Row {
    std::string text;
    Format::Kind kind;
    std::string argument;
  };
  for (const Row& row :
       {Row{"", Format::Kind::table, ""}, Row{"wide", Format::Kind::wide, ""}, Row{"json", Format::Kind::json, ""},
        Row{"yaml", Format::Kind::yaml, ""}, Row{"name", Format::Kind::name, ""},
        Row{"jsonpath={.metadata.name}", Format::Kind::jsonpath, "{.metadata.name}"},
        Row{"jsonpath-as-json={.spec}", Format::Kind::jsonpath_as_json, "{.spec}"},
        Row{"custom-columns=A:.a,B:.b", Format::Kind::custom_columns, "A:.a,B:.b"}}) {
    CAPTURE(row.text);
    const Format format = parse_format(row.text, kAll);
    CHECK(format.kind == row.kind);
    CHECK(format.argument == row.argument);
  }
}

TEST_CASE("only table and wide are tables") {
  CHECK(parse_format("wide", kAll).is_table());
  CHECK_FALSE(parse_format("name", kAll).is_table());
}

TEST_CASE("an output form the command has not is refused in kubectl's words") {
  CHECK(refusal("bogus", kAll) ==
        "unable to match a printer suitable for the output format \"bogus\", allowed formats are: "
        "custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,wide,yaml");
  CHECK(refusal("wide", {"json", "yaml"}) ==
        "unable to match a printer suitable for the output format \"wide\", allowed formats are: json,yaml");
  CHECK(refusal("jsonpath={.a}", {"json", "yaml"}) ==
        "unable to match a printer suitable for the output format \"jsonpath={.a}\", allowed formats are: json,yaml");
  CHECK(refusal("go-template={{.a}}", kAll) == "output format \"go-template\" is not supported; use jsonpath or json");
  CHECK(refusal("template-file=x", kAll) == "output format \"template-file\" is not supported; use jsonpath or json");
  CHECK(refusal("jsonpath", kAll) == "template format specified but no template given");
  CHECK(refusal("jsonpath=", kAll) == "template format specified but no template given");
  CHECK(refusal("custom-columns", kAll) == "custom-columns format specified but no custom columns given");
  CHECK(hint("custom-columns", kAll) == "give them as -o custom-columns=HEADER:.path,…; -o json shows the paths");
  CHECK(refusal("json=x", kAll).starts_with("unable to match a printer"));
}

TEST_CASE("templates are read when the flag is, before anything is asked of the cluster") {
  CHECK(refusal("jsonpath={.metadata", kAll) == "error parsing jsonpath {.metadata, unclosed action");
  CHECK(refusal("custom-columns=A", kAll) == "unexpected custom-columns spec: A, expected <header>:<json-path-expr>");
}

TEST_CASE("templates come from files too") {
  const dba::platform::TemporaryDirectory dir("dba-format-");
  const auto write = [&dir](const char* name, const char* text) {
    const std::filesystem::path path = dir.path() / name;
    dba::platform::write_new_secret_file(path, text);
    return path.string();
  };
  CHECK(parse_format("jsonpath-file=" + write("a", "{.metadata.name}"), kAll).argument == "{.metadata.name}");
  CHECK(parse_format("custom-columns-file=" + write("b", "NAME  VERSION\n.metadata.name\t.spec.version\n"), kAll)
            .argument == "NAME:.metadata.name,VERSION:.spec.version");
  const std::string uneven = write("c", "NAME VERSION\n.metadata.name\n");
  CHECK(refusal("custom-columns-file=" + uneven, kAll) ==
        uneven + " is no columns file: it needs a line of headers and a line of as many paths (it has 2 and 1)");
  CHECK(refusal("jsonpath-file=" + (dir.path() / "none").string(), kAll) ==
        "open " + (dir.path() / "none").string() + ": no such file or directory");
}

TEST_CASE("one object is printed itself, without managed fields and with sorted keys") {
  CHECK(print_objects({object("sales")}, {.kind = Format::Kind::json}, false) == R"({
    "apiVersion": "kubedb.com/v1alpha2",
    "kind": "MSSQLServer",
    "metadata": {
        "name": "sales"
    },
    "spec": {
        "version": "2022-cu12"
    }
}
)");
  CHECK(print_objects({object("sales")}, {.kind = Format::Kind::yaml}, false) ==
        "apiVersion: kubedb.com/v1alpha2\nkind: MSSQLServer\nmetadata:\n  name: sales\nspec:\n  version: 2022-cu12\n");
}

TEST_CASE("several objects, one of a list and none are a List") {
  CHECK(print_objects({object("a"), object("b")}, {.kind = Format::Kind::yaml}, false) ==
        "apiVersion: v1\nitems:\n"
        "- apiVersion: kubedb.com/v1alpha2\n  kind: MSSQLServer\n  metadata:\n    name: a\n  spec:\n"
        "    version: 2022-cu12\n"
        "- apiVersion: kubedb.com/v1alpha2\n  kind: MSSQLServer\n  metadata:\n    name: b\n  spec:\n"
        "    version: 2022-cu12\n"
        "kind: List\nmetadata:\n  resourceVersion: \"\"\n");
  CHECK(print_objects({object("a")}, {.kind = Format::Kind::yaml}, true).starts_with("apiVersion: v1\nitems:\n"));
  CHECK(print_objects({}, {.kind = Format::Kind::yaml}, true) ==
        "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"\"\n");
}

TEST_CASE("names carry kind and group, as success lines do") {
  const Json secret = dba::codec::parse_json(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}})", "test");
  CHECK(print_objects({object("sales"), secret}, {.kind = Format::Kind::name}, false) ==
        "mssqlserver.kubedb.com/sales\nsecret/x\n");
}

TEST_CASE("templates see the object, or the List") {
  const Format name = parse_format("jsonpath={.metadata.name}", kAll);
  CHECK(print_objects({object("sales")}, name, false) == "sales");
  const Format names = parse_format("jsonpath={.items[*].metadata.name}", kAll);
  CHECK(print_objects({object("a"), object("b")}, names, true) == "a b");
  CHECK(print_objects({object("sales")}, parse_format("jsonpath-as-json={.spec.version}", kAll), false) ==
        "[\n    \"2022-cu12\"\n]\n");
  CHECK(print_objects({object("a"), object("b")}, parse_format("custom-columns=NAME:.metadata.name,X:.nope", kAll),
                      true) == "NAME   X\na      <none>\nb      <none>\n");
}

TEST_CASE("a report of our own keeps the order of its keys") {
  Json report = make_report("RoleReport");
  report["primary"] = nullptr;
  report["agreement"] = "agree";
  CHECK(print_report(report, {.kind = Format::Kind::json}) == R"({
    "apiVersion": "kubectl-dba/v1",
    "kind": "RoleReport",
    "primary": null,
    "agreement": "agree"
}
)");
  CHECK(print_report(report, {.kind = Format::Kind::yaml}) ==
        "apiVersion: kubectl-dba/v1\nkind: RoleReport\nprimary: null\nagreement: agree\n");
  CHECK(print_report(report, parse_format("jsonpath={.kind}", kAll)) == "RoleReport");
  CHECK(print_report(report, parse_format("custom-columns=KIND:.kind", kAll)) == "KIND\nRoleReport\n");
}
