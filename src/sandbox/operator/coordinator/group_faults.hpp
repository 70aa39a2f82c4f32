#pragma once
// Which faults of the world are on for one group, and whom of its members they have struck. A fault on "the primary"
// stays with the member that was primary when it began, whatever its role becomes.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "operator/coordinator/group.hpp"
#include "world/faults.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// A fault that began or ended for members of the group, for the ground truth.
struct FaultNews {
  std::string what{};  ///< "freeze demo/sales/0 begins"
  std::set<int> members{};
};

class GroupFaults {
 public:
  /// @param faults all that are set in the world, begun or not
  std::vector<FaultNews> apply(const std::vector<world::Fault>& faults, Group& group, Time now);
  bool any() const { return !struck_.empty(); }

 private:
  struct Struck {
    world::FaultRequest request{};
    std::set<int> members{};
  };
  std::map<std::uint64_t, Struck> struck_{};  ///< By the fault's id.

  void push_to(Group& group, Time now) const;
};

}  // namespace dba::sandbox::kubedb::coordinator
