#include "subject.hpp"

#include <fmt/format.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>

#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::tls {

namespace {

constexpr std::string_view kExample = "write it as /CN=MSSQLServer/O=kubedb or CN=MSSQLServer,O=kubedb";

/// Splits at unescaped separators; `\` takes the next character as it is.
std::vector<std::string> split_escaped(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[i];
      parts.back() += text[++i];
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

Subject parse_subject(std::string_view text) {
  const bool slashes = !text.empty() && text.front() == '/';
  Subject subject;
  for (const std::string& part : split_escaped(slashes ? text.substr(1) : text, slashes ? '/' : ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      throw usage_error(fmt::format("\"{}\" in the subject \"{}\" has no \"=\"", trim(part), text),
                        std::string(kExample));
    }
    subject.emplace_back(trim(std::string_view(part).substr(0, equals)),
                         trim(unescape(std::string_view(part).substr(equals + 1))));
  }
  make_name(subject);
  return subject;
}

std::string format_subject(const Subject& subject) { return name_text(*make_name(subject)); }

NameHandle make_name(const Subject& subject) {
  if (subject.empty()) throw usage_error("the subject is empty", std::string(kExample));
  NameHandle name(X509_NAME_new());
  require(name != nullptr, "make a distinguished name");
  for (const auto& [attribute, value] : subject) {
    if (value.empty()) throw usage_error(fmt::format("\"{}\" in the subject has no value", attribute));
    const int nid = OBJ_txt2nid(attribute.c_str());
    if (nid == NID_undef) {
      throw usage_error(fmt::format("\"{}\" is no attribute of a subject, use CN, O, OU, C, ST or L", attribute));
    }
    if (X509_NAME_add_entry_by_NID(name.get(), nid, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) != 1) {
      throw Error(ExitCode::usage, fmt::format("\"{}\" does not fit attribute {} of a subject", value, attribute),
                  openssl_reason());
    }
  }
  return name;
}

std::string name_text(const X509_NAME& name) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && X509_NAME_print_ex(bio.get(), &name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0,
          "print a distinguished name");
  return contents(*bio);
}

}  // namespace dba::tls
