#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "dba/base/error.hpp"
#include "dba/tls/certificates.hpp"

#include "openssl.hpp"

namespace dba::tls {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = std::chrono::system_clock::from_time_t(1767323045);  // 2026-01-02T03:04:05Z

AuthorityRequest request_of(KeyType type) {
  return {.subject = {{"CN", "MSSQLServer"}, {"O", "kubedb"}}, .key_type = type, .days = 365, .not_before = kStart};
}

/// OpenSSL's own verification of `leaf` under `authority` at `when`; "ok" or its reason.
std::string verify(X509& leaf, X509& authority, WallTime when) {
  const std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  REQUIRE(X509_STORE_add_cert(store.get(), &authority) == 1);
  REQUIRE(X509_STORE_CTX_init(context.get(), store.get(), &leaf, nullptr) == 1);
  X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(when));
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  if (X509_verify_cert(context.get()) == 1) return "ok";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

/// A server certificate as cert-manager would sign one.
CertificateHandle sign_leaf(const KeyPair& authority) {
  const CertificateHandle ca = load_certificate(authority.certificate_pem);
  const KeyHandle ca_key = load_private_key(authority.key_pem);
  const KeyHandle key(EVP_EC_gen("P-256"));
  CertificateHandle leaf(X509_new());
  X509_set_version(leaf.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(leaf.get()), 7);
  const std::time_t start = std::chrono::system_clock::to_time_t(kStart);
  ASN1_TIME_set(X509_getm_notBefore(leaf.get()), start);
  ASN1_TIME_adj(X509_getm_notAfter(leaf.get()), start, 90, 0);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
  X509_set_pubkey(leaf.get(), key.get());
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, ca.get(), leaf.get(), nullptr, nullptr, 0);
  for (const auto& [nid, value] :
       {std::pair{NID_basic_constraints, "CA:FALSE"}, std::pair{NID_subject_alt_name, "critical,DNS:sales.demo.svc"},
        std::pair{NID_subject_key_identifier, "hash"}, std::pair{NID_authority_key_identifier, "keyid:always"}}) {
    const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    REQUIRE(extension != nullptr);
    REQUIRE(X509_add_ext(leaf.get(), extension.get(), -1) == 1);
  }
  REQUIRE(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0);
  return leaf;
}

TEST_CASE("every kind of key makes a CA that strictly verifies itself and what it signs, within its dates only") {
  struct Row {
    KeyType type;
    const char* word;
    const char* description;
  };
  for (const Row& row :
       {Row{KeyType::rsa2048, "rsa2048", "RSA 2048"}, Row{KeyType::rsa3072, "RSA-3072", "RSA 3072"},
        Row{KeyType::rsa4096, "rsa4096", "RSA 4096"}, Row{KeyType::ecdsa_p256, "ecdsa-p256", "ECDSA P-256"},
        Row{KeyType::ecdsa_p384, "ECDSAP384", "ECDSA P-384"}}) {
    CAPTURE(row.word);
    const KeyPair pair = make_certificate_authority(request_of(row.type));
    const CertificateFacts facts = read_certificate(pair.certificate_pem);
    CHECK(facts.subject == "O=kubedb,CN=MSSQLServer");
    CHECK(facts.issuer == facts.subject);
    CHECK(facts.is_ca);
    CHECK(facts.can_sign_certificates);
    CHECK(facts.self_signed);
    CHECK(facts.key_description == row.description);
    CHECK(facts.not_before == kStart);
    CHECK(facts.not_after == kStart + 24h * 365);
    CHECK(key_matches(pair.certificate_pem, pair.key_pem));
    CHECK(signed_by(pair.certificate_pem, pair.certificate_pem));
    CHECK(parse_key_type("--key-type", row.word) == row.type);
    CHECK(key_type_description(row.type) == row.description);
    CHECK(pair.key_pem.reveal().rfind("-----BEGIN PRIVATE KEY-----\n", 0) == 0);

    const CertificateHandle ca = load_certificate(pair.certificate_pem);
    const CertificateHandle leaf = sign_leaf(pair);
    CHECK(verify(*ca, *ca, kStart + 1h) == "ok");
    CHECK(verify(*leaf, *ca, kStart + 1h) == "ok");
    CHECK(verify(*leaf, *ca, kStart - 1h) == "certificate is not yet valid");
    CHECK(verify(*leaf, *ca, kStart + 24h * 91) == "certificate has expired");
  }
}

TEST_CASE("a certificate signed by one CA does not verify under another of the same name") {
  const KeyPair mine = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const KeyPair other = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const CertificateHandle leaf = sign_leaf(mine);
  const CertificateHandle stranger = load_certificate(other.certificate_pem);
  CHECK(verify(*leaf, *stranger, kStart + 1h) != "ok");
  CHECK_FALSE(signed_by(mine.certificate_pem, other.certificate_pem));
  CHECK_FALSE(key_matches(mine.certificate_pem, other.key_pem));
}

TEST_CASE("CAs made one after the other have serials of 127 random bits, keys and fingerprints of their own") {
  std::set<std::string> serials, fingerprints;
  for (int i = 0; i < 8; ++i) {
    const CertificateFacts facts =
        read_certificate(make_certificate_authority(request_of(KeyType::ecdsa_p256)).certificate_pem);
    CHECK(facts.serial.size() == 32);
    CHECK(facts.sha256_fingerprint.size() == 32 * 3 - 1);
    serials.insert(facts.serial);
    fingerprints.insert(facts.sha256_fingerprint);
  }
  CHECK(serials.size() == 8);
  CHECK(fingerprints.size() == 8);
}

TEST_CASE("a subject is read in both spellings, and what is wrong with it is named") {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_subject("/CN=MSSQLServer/O=kubedb") == Pairs{{"CN", "MSSQLServer"}, {"O", "kubedb"}});
  CHECK(parse_subject("CN=MSSQLServer, O=kubedb") == Pairs{{"CN", "MSSQLServer"}, {"O", "kubedb"}});
  CHECK(parse_subject("CN=Sales\\, Ltd,C=DE") == Pairs{{"CN", "Sales, Ltd"}, {"C", "DE"}});
  CHECK(parse_subject("CN=Zürich") == Pairs{{"CN", "Zürich"}});
  CHECK(format_subject({{"CN", "Zürich, Nord"}, {"O", "kubedb"}}) == "O=kubedb,CN=Zürich\\, Nord");

  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row :
       {Row{"", "\"\" in the subject \"\" has no \"=\""}, Row{"/", "\"\" in the subject \"/\" has no \"=\""},
        Row{"CN=a,b", "\"b\" in the subject \"CN=a,b\" has no \"=\""}, Row{"CN=", "\"CN\" in the subject has no value"},
        Row{"XY=a", "\"XY\" is no attribute of a subject, use CN, O, OU, C, ST or L"},
        Row{"C=Germany", "\"Germany\" does not fit attribute C of a subject"}}) {
    CAPTURE(row.text);
    CHECK_THROWS_WITH_AS(parse_subject(row.text), row.message, Error);
  }
  AuthorityRequest nameless = request_of(KeyType::ecdsa_p256);
  nameless.subject.clear();
  CHECK_THROWS_WITH_AS(make_certificate_authority(nameless), "the subject is empty", Error);
}

TEST_CASE("days and key types outside what makes sense are refused with what would be right") {
  for (const int days : {0, -1, 36501}) {
    AuthorityRequest request = request_of(KeyType::ecdsa_p256);
    request.days = days;
    CHECK_THROWS_WITH_AS(make_certificate_authority(request),
                         fmt::format("a certificate cannot be valid for {} days, use 1 to 36500", days).c_str(), Error);
  }
  CHECK_THROWS_WITH_AS(parse_key_type("--key-type", "dsa"),
                       "--key-type: \"dsa\" is not one of rsa2048, rsa3072, rsa4096, ecdsa-p256, ecdsa-p384", Error);
}

TEST_CASE("certificates beyond 2049 keep their dates") {
  AuthorityRequest request = request_of(KeyType::ecdsa_p256);
  request.days = 36500;
  const CertificateFacts facts = read_certificate(make_certificate_authority(request).certificate_pem);
  CHECK(facts.not_after == kStart + 24h * 36500);
}

std::string encrypted_key_pem(const char* cipher_kind) {
  const KeyHandle key(EVP_EC_gen("P-256"));
  const BioHandle bio(BIO_new(BIO_s_mem()));
  const std::string pass = "correct horse";
  if (std::string_view(cipher_kind) == "pkcs8") {
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), pass.data(),
                                          static_cast<int>(pass.size()), nullptr, nullptr) == 1);
  } else {
    REQUIRE(PEM_write_bio_PrivateKey_traditional(bio.get(), key.get(), EVP_aes_256_cbc(),
                                                 reinterpret_cast<const unsigned char*>(pass.data()),
                                                 static_cast<int>(pass.size()), nullptr, nullptr) == 1);
  }
  return contents(*bio);
}

TEST_CASE("files that are no usable certificate or key say what they are") {
  const KeyPair pair = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const auto key_error = [&pair](const std::string& pem) -> std::string {
    try {
      key_matches(pair.certificate_pem, Secret(pem));
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return error.what();
    }
    return "no error";
  };
  CHECK(key_error("") == "there is no PEM private key in it");
  CHECK(key_error(pair.certificate_pem) == "there is no PEM private key in it");
  CHECK(key_error("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") ==
        "its private key cannot be read");
  for (const char* kind : {"pkcs8", "traditional"}) {
    CHECK(key_error(encrypted_key_pem(kind)) ==
          "the private key is encrypted with a passphrase, which cert-manager cannot use");
  }
  CHECK_THROWS_WITH_AS(read_certificate("hello"), "there is no PEM certificate in it", Error);
  CHECK_THROWS_WITH_AS(read_certificate(pair.key_pem.reveal()), "its certificate cannot be read", Error);
  CHECK_THROWS_WITH_AS(read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                       "its certificate cannot be read", Error);
}

TEST_CASE("a leaf certificate is told from a CA") {
  const KeyPair pair = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const CertificateHandle leaf = sign_leaf(pair);
  const BioHandle bio(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio_X509(bio.get(), leaf.get()) == 1);
  const std::string pem = contents(*bio);
  const CertificateFacts facts = read_certificate(pem);
  CHECK_FALSE(facts.is_ca);
  CHECK_FALSE(facts.self_signed);
  CHECK(facts.can_sign_certificates);  // It has no key usage at all.
  CHECK(signed_by(pem, pair.certificate_pem));
  CHECK(read_certificate(pair.certificate_pem + pem).is_ca);  // The first one counts.
}

TEST_CASE("a server certificate is good for its names and addresses, its dates and its CA only") {
  const KeyPair authority = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const KeyPair other = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  const KeyPair server = make_server_certificate({.subject = {{"CN", "sandbox"}},
                                                  .dns_names = {"localhost"},
                                                  .ip_addresses = {"127.0.0.1", "::1"},
                                                  .key_type = KeyType::ecdsa_p256,
                                                  .days = 30,
                                                  .not_before = kStart},
                                                 authority);
  const CertificateFacts facts = read_certificate(server.certificate_pem);
  CHECK(facts.subject == "CN=sandbox");
  CHECK(facts.issuer == "O=kubedb,CN=MSSQLServer");
  CHECK_FALSE(facts.is_ca);
  CHECK_FALSE(facts.can_sign_certificates);
  CHECK(key_matches(server.certificate_pem, server.key_pem));
  CHECK(signed_by(server.certificate_pem, authority.certificate_pem));
  CHECK_FALSE(signed_by(server.certificate_pem, other.certificate_pem));

  const CertificateHandle leaf = load_certificate(server.certificate_pem);
  const CertificateHandle ca = load_certificate(authority.certificate_pem);
  CHECK(verify(*leaf, *ca, kStart + 1h) == "ok");
  CHECK(verify(*leaf, *ca, kStart + 24h * 31) == "certificate has expired");
  CHECK(X509_check_host(leaf.get(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(leaf.get(), "elsewhere", 0, 0, nullptr) == 0);
  CHECK(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(leaf.get(), "::1", 0) == 1);
  CHECK(X509_check_ip_asc(leaf.get(), "10.0.0.1", 0) == 0);
}

TEST_CASE("a server certificate without a name, or with one that would bring others along, is refused") {
  const KeyPair authority = make_certificate_authority(request_of(KeyType::ecdsa_p256));
  ServerCertificateRequest request{.subject = {{"CN", "sandbox"}}, .not_before = kStart};
  CHECK_THROWS_WITH_AS(make_server_certificate(request, authority),
                       "a server certificate needs at least one name or address", Error);
  request.dns_names = {"localhost,DNS:elsewhere"};
  CHECK_THROWS_WITH_AS(make_server_certificate(request, authority),
                       "\"localhost,DNS:elsewhere\" cannot be a name in a certificate", Error);
  request.dns_names = {};
  request.ip_addresses = {"localhost"};
  CHECK_THROWS_WITH_AS(make_server_certificate(request, authority), "\"localhost\" cannot be a name in a certificate",
                       Error);
}

}  // namespace
}  // namespace dba::tls
