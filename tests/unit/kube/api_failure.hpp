#pragma once
// What a call of the client throws, and where most tests call.

#include <stdexcept>
#include <string>

#include "dba/kube/api_error.hpp"

namespace dba::kube {

inline const std::string kServers = "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers";

template <class Call>
ApiError api_failure_of(Call call) {
  try {
    call();
  } catch (const ApiError& error) {
    return error;
  }
  throw std::runtime_error("the call succeeded");
}

}  // namespace dba::kube
