// OpenSSL set-up. See tls.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace holdfast {

std::string tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

namespace {

constexpr std::size_t kAuthoritiesMax = 4u * 1024 * 1024;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

// The authorities of this system as text; what a probe does not ask for is never parsed.
std::string read_authorities() {
  std::string text;
  const char* wanted = std::getenv(X509_get_default_cert_file_env());  // as OpenSSL itself does
  for (const char* path : {wanted ? wanted : X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
    const std::unique_ptr<BIO, FreeBio> file(BIO_new_file(path, "r"));
    std::array<char, 16 * 1024> bytes;
    for (int size = 0; file && text.size() < kAuthoritiesMax && (size = BIO_read(file.get(), bytes.data(), bytes.size())) > 0;) {
      text.append(bytes.data(), static_cast<std::size_t>(size));
    }
    if (!text.empty()) break;
  }
  ERR_clear_error();
  return text;
}

}  // namespace

Result<TlsContext> TlsContext::make() {
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_LOAD_CONFIG, nullptr);
  std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Error{"TLS context: " + tls_error()};
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_quiet_shutdown(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  TlsContext made(std::move(context));
  HF_TRY(const auto first, made.session({.sni = "self-check.invalid"}));  // fetches the algorithms while files can still be read
  (void)first;
  made.authorities_ = read_authorities();
  return made;
}

Status TlsContext::take_authorities() {
  if (verifies_) return ok();
  const std::unique_ptr<BIO, FreeBio> source(BIO_new_mem_buf(authorities_.data(), static_cast<int>(authorities_.size())));
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  std::size_t count = 0;
  while (source) {
    const std::unique_ptr<X509, FreeCertificate> one(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    if (X509_STORE_add_cert(store, one.get()) == 1) ++count;
  }
  ERR_clear_error();
  if (count == 0) return Error{"no certificates of authorities are installed on this system: tls_verify cannot be done", ENOENT};
  authorities_ = {};
  verifies_ = true;
  return ok();
}

Result<std::unique_ptr<SSL, FreeTls>> TlsContext::session(const TlsWish& wish) {
  if (wish.verify) HF_OK(take_authorities());
  std::unique_ptr<SSL, FreeTls> session(SSL_new(context_.get()));
  if (!session) return Error{"TLS session: " + tls_error()};
  if (!wish.sni.empty() && SSL_set_tlsext_host_name(session.get(), wish.sni.c_str()) != 1) return Error{"TLS server name: " + tls_error()};
  if (wish.compliant) SSL_set_quiet_shutdown(session.get(), 0);
  if (!wish.verify) return session;
  SSL_set_verify(session.get(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* rules = SSL_get0_param(session.get());
  const bool is_address = !wish.name.empty() && X509_VERIFY_PARAM_set1_ip_asc(rules, wish.name.c_str()) == 1;
  if (!wish.name.empty() && !is_address && SSL_set1_host(session.get(), wish.name.c_str()) != 1) return Error{"TLS name to verify: " + tls_error()};
  ERR_clear_error();
  return session;
}

std::string why_failed(SSL* session, unsigned long error) {
  if (const long verdict = SSL_get_verify_result(session); verdict != X509_V_OK) {
    return std::string("certificate: ") + X509_verify_cert_error_string(verdict);
  }
  const char* reason = ERR_reason_error_string(error);
  return reason ? reason : "TLS error " + std::to_string(error);
}

Status valid_for(SSL* session, unsigned days) {
  const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(session));
  if (!certificate) return Error{"certificate: there is none"};
  int left = 0, seconds = 0;
  if (ASN1_TIME_diff(&left, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) return Error{"certificate: its end cannot be read"};
  if (left < static_cast<int>(days)) {
    return Error{"certificate: valid for " + std::to_string(left) + " days yet, expected " + std::to_string(days)};
  }
  return ok();
}

void say_goodbye(SSL* session) {
  SSL_shutdown(session);
  ERR_clear_error();
}

}  // namespace holdfast
