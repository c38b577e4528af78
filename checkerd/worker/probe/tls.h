// The TLS client of a worker: the system's defaults (openssl.cnf); certificates are not looked at unless a probe wants that (as keepalived,
// which never does). Make it before the sandbox is entered: it reads files. Afterwards it opens nothing.
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

struct TlsWish {
  std::string sni;         // empty: no server name is sent
  bool verify = false;     // the chain must lead to an authority of this system
  std::string name;        // and the certificate be for this name or address; empty: for any
  bool compliant = false;  // ends with close_notify
};

class TlsContext {
 public:
  static Result<TlsContext> make();
  Result<std::unique_ptr<SSL, FreeTls>> session(const TlsWish& wish);

 private:
  explicit TlsContext(std::unique_ptr<SSL_CTX, FreeTls> context) : context_(std::move(context)) {}
  Status take_authorities();
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::string authorities_;  // PEM, read at the start; empty once they are in the context
  bool verifies_ = false;
};

// The oldest error that OpenSSL has queued, in words; empties the queue.
std::string tls_error();
// In words, with what was wrong with the certificate if it was that.
std::string why_failed(SSL* session, unsigned long error);
// The certificate of the peer is valid for so many days from now.
Status valid_for(SSL* session, unsigned days);
// close_notify, without waiting for the other one.
void say_goodbye(SSL* session);

}  // namespace holdfast
