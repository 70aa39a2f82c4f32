#include "dba/tls/session.hpp"

#include <utility>

#include "memory_session.hpp"

namespace dba::tls {

Session::Session(std::unique_ptr<MemorySession> session) : session_(std::move(session)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

bool Session::handshake() { return session_->handshake(); }
void Session::feed(std::string_view from_peer) { session_->feed(from_peer); }
std::string Session::take() { return session_->take(); }
bool Session::read(std::string& into) { return session_->read(into); }
void Session::write(std::string_view plain) { session_->write(plain); }
std::string Session::version() const { return SSL_get_version(session_->handle()); }

}  // namespace dba::tls
