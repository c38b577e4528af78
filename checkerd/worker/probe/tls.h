// The one TLS client context of a worker: the system's defaults (openssl.cnf), no certificate check (as keepalived), quiet shutdown.
// Make it before the sandbox is entered: it reads files. Afterwards it opens nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "proto/runtime/result.h"

namespace holdfast {

struct FreeTls {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* session) const noexcept { SSL_free(session); }
};

class TlsContext {
 public:
  static Result<TlsContext> make();
  // A client session; `sni` empty: no server name is sent.
  Result<std::unique_ptr<SSL, FreeTls>> session(const std::string& sni) const;

 private:
  explicit TlsContext(std::unique_ptr<SSL_CTX, FreeTls> context) : context_(std::move(context)) {}
  std::unique_ptr<SSL_CTX, FreeTls> context_;
};

// The oldest error that OpenSSL has queued, in words; empties the queue.
std::string tls_error();

}  // namespace holdfast
