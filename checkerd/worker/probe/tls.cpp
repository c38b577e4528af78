// OpenSSL set-up. See tls.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/tls.h"

#include <openssl/err.h>

#include <array>

namespace holdfast {

std::string tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

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
  HF_TRY(const auto first, made.session("self-check.invalid"));  // fetches the algorithms while files can still be read
  (void)first;
  return made;
}

Result<std::unique_ptr<SSL, FreeTls>> TlsContext::session(const std::string& sni) const {
  std::unique_ptr<SSL, FreeTls> session(SSL_new(context_.get()));
  if (!session) return Error{"TLS session: " + tls_error()};
  if (!sni.empty() && SSL_set_tlsext_host_name(session.get(), sni.c_str()) != 1) return Error{"TLS server name: " + tls_error()};
  return session;
}

}  // namespace holdfast
