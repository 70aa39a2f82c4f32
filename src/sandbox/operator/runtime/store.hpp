#pragma once
// The cluster as the operator knows it: what its watches told, cut down to what it asks for and kept packed, since most
// of tens of thousands of objects are never looked at again. One thread uses it.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/watch.hpp"

#include "operator/runtime/kinds.hpp"

namespace dba::sandbox::kubedb {

class Store {
 public:
  Store();
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Takes an event in. `object` of added, modified and deleted stays with the caller.
  void take(const kube::WatchEvent& event);
  /// What the server answered to a write of ours, before the watch tells it.
  void put(Kind kind, const Json& object);

  /// Every collection was listed, or cannot be.
  bool synced() const;
  /// False: this server has no such resource.
  bool served(Kind kind) const;
  bool has(Kind kind, std::string_view ns, std::string_view name) const;
  std::optional<Json> find(Kind kind, std::string_view ns, std::string_view name) const;
  /// Those of a namespace whose name begins with `prefix`, by name.
  std::vector<Json> list(Kind kind, std::string_view ns, std::string_view prefix = "") const;

 private:
  struct Collection;
  std::vector<Collection> collections_;
  void drop(Kind kind, const Json& object);
  Collection& of(Kind kind);
  const Collection& of(Kind kind) const;
};

}  // namespace dba::sandbox::kubedb
