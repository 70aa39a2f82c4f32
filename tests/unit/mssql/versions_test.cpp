#include "dba/mssql/versions.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "semver.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

CatalogVersion version(std::string name, std::vector<std::string> allow = {}, std::vector<std::string> deny = {}) {
  return {.name = name, .version = name, .allow = std::move(allow), .deny = std::move(deny)};
}

/// The catalog KubeDB installs.
std::vector<CatalogVersion> catalog() {
  std::vector<CatalogVersion> versions;
  for (const char* name : {"2022-cu12", "2022-cu14", "2022-cu16", "2022-cu19", "2022-cu22", "2025-cu0"}) {
    versions.push_back(version(name, {">= " + std::string(name) + ", < 2025-cu1"}));
  }
  return versions;
}

std::string names(const std::vector<CatalogVersion>& versions) {
  std::vector<std::string> list;
  for (const CatalogVersion& v : versions) list.push_back(v.name);
  return join(list, " ");
}

TEST_CASE("a catalog object is read, absent fields included") {
  const CatalogVersion v = read_catalog_version(test::yaml(R"(
metadata: {name: 2022-cu19}
spec:
  version: 2022-cu19
  deprecated: true
  db: {image: "mcr.example/mssql:2022-CU19"}
  updateConstraints: {allowlist: [">= 2022-cu19, < 2025-cu1"], denylist: ["2022-cu20"]}
)"));
  CHECK(v.name == "2022-cu19");
  CHECK(v.version == "2022-cu19");
  CHECK(v.image == "mcr.example/mssql:2022-CU19");
  CHECK(v.deprecated);
  CHECK_FALSE(v.end_of_life);
  CHECK(v.allow == std::vector<std::string>{">= 2022-cu19, < 2025-cu1"});
  CHECK(v.deny == std::vector<std::string>{"2022-cu20"});
  CHECK(read_catalog_version(test::yaml("{metadata: {name: x}}")).allow.empty());
}

TEST_CASE("versions are ordered by year and update as numbers, unreadable names first") {
  std::vector<CatalogVersion> versions{version("2025-cu0"), version("2022-cu12"), version("2022-cu9"),
                                       version("custom"),   version("2019-cu32"), version("2022-cu100")};
  sort_versions(versions);
  CHECK(names(versions) == "custom 2019-cu32 2022-cu9 2022-cu12 2022-cu100 2025-cu0");
}

TEST_CASE("the newest version is the last one that is neither deprecated nor at its end of life") {
  std::vector<CatalogVersion> versions = catalog();
  CHECK(newest_version(versions)->name == "2025-cu0");
  versions[5].deprecated = true;
  CHECK(newest_version(versions)->name == "2022-cu22");
  versions[4].end_of_life = true;
  CHECK(newest_version(versions)->name == "2022-cu19");
  CHECK(join(version_choices(versions), " ") == "2022-cu19 2022-cu16 2022-cu14 2022-cu12");
  for (CatalogVersion& v : versions) v.deprecated = true;
  CHECK(newest_version(versions) == nullptr);
  CHECK(newest_version({}) == nullptr);
}

TEST_CASE("upgrade targets of the installed catalog: any later one, never back") {
  CHECK(names(upgrade_targets(catalog(), "2022-cu12")) == "2022-cu14 2022-cu16 2022-cu19 2022-cu22 2025-cu0");
  CHECK(names(upgrade_targets(catalog(), "2022-cu19")) == "2022-cu22 2025-cu0");
  CHECK(names(upgrade_targets(catalog(), "2025-cu0")).empty());
}

TEST_CASE("without an allow list everything but the denied is a target") {
  std::vector<CatalogVersion> versions = catalog();
  versions[0].allow.clear();
  versions[0].deny = {"2022-cu16", ">= 2025-cu0"};
  // A bare "2022-cu16" means 2022 from cu16 on: nothing after it is left either.
  CHECK(names(upgrade_targets(versions, "2022-cu12")) == "2022-cu14");
}

TEST_CASE("what the webhook would refuse altogether is told") {
  std::vector<CatalogVersion> versions = catalog();
  CHECK_THROWS_WITH_AS(upgrade_targets(versions, "2019-cu1"), "version \"2019-cu1\" is not in the catalog", Error);
  const auto cause_of = [&versions]() -> std::string {
    try {
      upgrade_targets(versions, "2022-cu12");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::refused);
      CHECK(std::string(error.what()) == "the catalog does not say what 2022-cu12 can be updated to");
      return error.info().cause;
    }
    return "no error";
  };
  versions[3].version = "CU nineteen";
  CHECK(cause_of() == "\"CU nineteen\" of 2022-cu19 is no version");
  versions[3].version = "2022-cu19";
  versions[0].allow = {">= 2022-cu12, oops"};
  CHECK(cause_of() == "\">= 2022-cu12, oops\" is no version constraint");
}

TEST_CASE("loose versions") {
  struct Row {
    const char* text;
    const char* want;  ///< "major minor patch prerelease", empty = none.
  };
  for (const Row& row :
       {Row{"2022-cu12", "2022 0 0 cu12"}, Row{"2022", "2022 0 0 "}, Row{"v1.2", "1 2 0 "},
        Row{"1.2.3-a.b+c", "1 2 3 a.b"}, Row{"1.2.3-rc-1", "1 2 3 rc-1"}, Row{"", ""}, Row{"1.2.3.4", ""}, Row{"a", ""},
        Row{"1.", ""}, Row{"1-", ""}, Row{"1-a..b", ""}, Row{"1-01", ""}, Row{"1-0a", "1 0 0 0a"}, Row{"1+", ""},
        Row{"1-a_b", ""}, Row{"-1", ""}, Row{"99999999999999999999", ""}}) {
    CAPTURE(row.text);
    const std::optional<LooseVersion> v = parse_loose_version(row.text);
    CHECK((v ? std::to_string(v->major) + " " + std::to_string(v->minor) + " " + std::to_string(v->patch) + " " +
                   v->prerelease
             : "") == row.want);
  }
}

TEST_CASE("versions compare as the webhook's library compares them, bytewise in pre-releases") {
  struct Row {
    const char* less;
    const char* more;
  };
  for (const Row& row : {Row{"2022-cu12", "2022-cu14"}, Row{"2022-cu22", "2025-cu0"}, Row{"2022-cu12", "2022"},
                         Row{"2022-cu12", "2022-cu9"},  // the trap: "1" is before "9"
                         Row{"1-2", "1-10"}, Row{"1-9", "1-a"}, Row{"1-a", "1-a.1"}, Row{"1.2.3", "1.2.4"},
                         Row{"1.2", "1.3"}, Row{"1-RC", "1-rc"}}) {
    CAPTURE(row.less);
    CAPTURE(row.more);
    CHECK(compare(*parse_loose_version(row.less), *parse_loose_version(row.more)) == -1);
    CHECK(compare(*parse_loose_version(row.more), *parse_loose_version(row.less)) == 1);
  }
  CHECK(compare(*parse_loose_version("1.0.0+a"), *parse_loose_version("1+b")) == 0);
}

TEST_CASE("constraints") {
  struct Row {
    const char* constraint;
    const char* version;
    bool want;
  };
  for (const Row& row : {
           Row{">= 2022-cu12, < 2025-cu1", "2022-cu12", true},
           Row{">= 2022-cu12, < 2025-cu1", "2025-cu0", true},
           Row{">= 2022-cu12, < 2025-cu1", "2025-cu1", false},
           Row{">= 2022-cu12 < 2025-cu1", "2022-cu22", true},  // a blank is AND
           Row{">= 2022-cu12, < 2025-cu1", "2022-cu9", true},  // bytewise: later than cu12
           Row{">= 2022-cu14", "2022-cu12", false},
           Row{"< 2022-cu12 || >= 2025-cu0", "2022-cu14", false},
           Row{"< 2022-cu12 || >= 2025-cu0", "2025-cu3", true},
           Row{">= 2022", "2022-cu12", false},  // no pre-release in it: pre-releases are never meant
           Row{">= 2022, < 2030-z", "2022-cu12", false},
           Row{">= 2021, < 2030-z", "2022-cu12", true},  // one part names one: all parts admit them
           Row{"2022-cu12", "2022-cu14", true},          // bare and short = range, as with ~
           Row{"= 2022-cu12", "2022-cu14", true},
           Row{"2022.0.0-cu12", "2022-cu14", false},
           Row{"2022.0.0-cu12", "2022-cu12", true},
           Row{"2022-cu12", "2025-cu0", false},
           Row{"!= 2022-cu12", "2022-cu14", false},  // short: the whole year
           Row{"!= 2022-cu12", "2025-cu0", true},
           Row{"!= 2022.0.0-cu12", "2022-cu14", true},
           Row{"!= 2022.0-cu12", "2022-cu14", true},
           Row{"!= 2022.0-cu12", "2022-cu12", false},
           Row{"> 2022-cu12", "2022-cu14", false},  // short: a later year
           Row{"> 2022-cu12", "2025-cu0", true},
           Row{"> 2022.0.0-cu12", "2022-cu14", true},
           Row{"<= 2022-cu12", "2022-cu22", true},  // short: all of the year
           Row{"<= 2022.0.0-cu12", "2022-cu22", false},
           Row{"=> 2022-cu12", "2022-cu12", true},
           Row{"=< 2022-cu12", "2025-cu0", false},
           Row{"~2022-cu12", "2022-cu22", true},
           Row{"~> 2022-cu12", "2025-cu0", false},
           Row{"^2022-cu12", "2022-cu22", true},
           Row{"^2022-cu12", "2022-cu11", false},
           Row{"~1.2.3", "1.2.9", true},
           Row{"~1.2.3", "1.3.0", false},
           Row{"~1", "1.9.0", true},
           Row{"~0.0.0", "7.0.0", true},
           Row{"^1.2.3", "1.9.0", true},
           Row{"^1.2.3", "2.0.0", false},
           Row{"^0.2.3", "0.2.9", true},
           Row{"^0.2.3", "0.3.0", false},
           Row{"^0.0.3", "0.0.3", true},
           Row{"^0.0.3", "0.0.4", false},
           Row{"^0.0", "0.0.4", true},
           Row{"^0", "0.9.0", true},
           Row{"1.2 - 1.4.5", "1.4.5", true},
           Row{"1.2 - 1.4.5", "1.1.9", false},
           Row{"1.2 - 1.4.5", "1.4.6", false},
           Row{"1.x", "1.9.9", true},
           Row{"1.2.*", "1.3.0", false},
           Row{"*", "4.5.6", true},
           Row{"> 11", "11.1.0", false},
           Row{"> 11.1", "11.1.5", false},
           Row{"> 11.1", "11.2.0", true},
           Row{"<= 11.1", "11.1.5", true},
           Row{"<= 11.1", "11.2.0", false},
           Row{"v1.2.3", "1.2.3", true},
       }) {
    CAPTURE(row.constraint);
    CAPTURE(row.version);
    CHECK(satisfies(row.constraint, row.version) == row.want);
  }
}

TEST_CASE("texts that are no constraint are refused with the part that cannot be read") {
  for (const char* text : {"", ">=", "abc", "1.2.3.4", ">= 1,", "1,,2", "1 || ", ">> 1", "1 - ", "1-"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(satisfies(text, "1.0.0"), Error);
  }
  CHECK_THROWS_WITH_AS(satisfies("1.2 || abc ", "1.0.0"), "\"abc\" is no version constraint", Error);
  CHECK_THROWS_WITH_AS(satisfies("1", "x"), "\"x\" is no version", Error);
}

}  // namespace
}  // namespace dba::mssql
