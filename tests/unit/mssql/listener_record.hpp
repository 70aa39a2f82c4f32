#pragma once
// What a service told while it worked, for tests to look at.

#include <string>
#include <vector>

#include "dba/mssql/change_listener.hpp"

namespace dba::test {

struct ListenerRecord {
  std::vector<std::string> notes{}, warnings{};
  std::vector<std::string> written{};  ///< "MSSQLServer sales created"

  mssql::ChangeListener listener() {
    return {.note = [this](std::string_view text) { notes.emplace_back(text); },
            .warn = [this](std::string_view text) { warnings.emplace_back(text); },
            .written =
                [this](const Json& object, kube::Change change) {
                  written.push_back(codec::string_at(object, {"kind"}) + " " + codec::name_of(object) + " " +
                                    word_of(change));
                }};
  }

 private:
  static std::string word_of(kube::Change change) {
    if (change == kube::Change::created) return "created";
    return change == kube::Change::configured ? "configured" : "unchanged";
  }
};

}  // namespace dba::test
