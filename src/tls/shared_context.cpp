#include "shared_context.hpp"

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <openssl/evp.h>

namespace dba::tls {

namespace {

/// More than a command ever needs; a simulated cluster has a certificate a pod, and many pods.
constexpr std::size_t kMostContexts = 256;

using DigestHandle = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

std::string digest_of(std::initializer_list<std::string_view> texts) {
  const DigestHandle digest(EVP_MD_CTX_new());
  bool done = digest != nullptr && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view text : texts) {
    const std::size_t size = text.size();
    done = done && EVP_DigestUpdate(digest.get(), &size, sizeof size) == 1 &&
           EVP_DigestUpdate(digest.get(), text.data(), size) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  require(done && EVP_DigestFinal_ex(digest.get(), bytes.data(), &length) == 1, "tell TLS options apart");
  return {bytes.begin(), bytes.begin() + length};
}

ContextHandle another(SSL_CTX& context) {
  require(SSL_CTX_up_ref(&context) == 1, "share a TLS context");
  return ContextHandle(&context);
}

}  // namespace

ContextHandle shared_context(std::initializer_list<std::string_view> made_from,
                             const std::function<ContextHandle()>& make) {
  static std::mutex mutex;
  static std::map<std::string, ContextHandle> contexts;
  std::string key = digest_of(made_from);
  {
    const std::lock_guard lock(mutex);
    if (const auto known = contexts.find(key); known != contexts.end()) return another(*known->second);
  }
  ContextHandle made = make();
  const std::lock_guard lock(mutex);
  if (contexts.size() >= kMostContexts) contexts.clear();
  contexts.insert_or_assign(std::move(key), another(*made));
  return made;
}

}  // namespace dba::tls
