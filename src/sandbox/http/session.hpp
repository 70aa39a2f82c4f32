#pragma once
// HTTP/1.1 on one connection: requests in, one after the other, until the client or the server has had enough.

#include <functional>
#include <stop_token>

#include <Poco/Net/StreamSocket.h>

#include "http/exchange.hpp"

namespace dba::sandbox::http {

/// @param handle answers one request; must not throw but Poco::Exception.
/// @throws Poco::Exception when the connection breaks.
void serve_connection(Poco::Net::StreamSocket& socket, const std::stop_token& stop,
                      const std::function<void(Exchange&)>& handle);

}  // namespace dba::sandbox::http
