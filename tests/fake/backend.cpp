// libevent on the other side of a check. See backend.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fake/backend.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>

#include "proto/runtime/result.h"

namespace holdfast::fake {

struct Backend::Session {
  Backend* backend;
  bufferevent* buffer;
  std::string request;
  std::string rest;  // of a trickled answer
  Loop::Timer timer;
  bool closing = false;

  ~Session() { bufferevent_free(buffer); }

  void on_read() {
    evbuffer* input = bufferevent_get_input(buffer);
    char bytes[4096];
    for (int size = evbuffer_remove(input, bytes, sizeof bytes); size > 0; size = evbuffer_remove(input, bytes, sizeof bytes)) {
      request.append(bytes, static_cast<std::size_t>(size));
    }
    if (request.find("\r\n\r\n") == std::string::npos) return;
    backend->requests.push_back(request);
    request.clear();
    if (!backend->answers) return;
    if (backend->trickle.count() > 0) {
      rest = backend->answer;
      timer = backend->loop_.timer([this] { trickle_one(); });
      return trickle_one();
    }
    write(backend->answer);
  }

  void trickle_one() {
    if (rest.empty()) return write("");
    bufferevent_write(buffer, rest.data(), 1);
    rest.erase(0, 1);
    timer.arm(backend->loop_.now() + backend->trickle);
  }

  void write(const std::string& bytes) {
    closing = backend->closes;
    bufferevent_write(buffer, bytes.data(), bytes.size());
    if (closing && evbuffer_get_length(bufferevent_get_output(buffer)) == 0) backend->drop(this);
  }

  void on_written() {
    if (closing && evbuffer_get_length(bufferevent_get_output(buffer)) == 0) backend->drop(this);
  }
};

// A fresh self-signed certificate: nothing is read from disk.
static std::shared_ptr<SSL_CTX> server_context(std::vector<std::string>* names) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  constexpr long kDayAndAnHour = 25 * 3600;
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDayAndAnHour);
  const auto* name = reinterpret_cast<const unsigned char*>("www.example.org");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  HF_CHECK(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
  HF_CHECK(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  SSL_CTX_set_tlsext_servername_arg(context.get(), names);
  SSL_CTX_set_tlsext_servername_callback(context.get(), +[](SSL* session, int*, void* into) {
    const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    static_cast<std::vector<std::string>*>(into)->push_back(name ? name : "");
    return SSL_TLSEXT_ERR_OK;
  });
  return context;
}

std::string Backend::certificate() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(out.get(), SSL_CTX_get0_certificate(tls_.get()));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

void Backend::FreeListener::operator()(evconnlistener* listener) const noexcept { evconnlistener_free(listener); }

Backend::Backend(Loop& loop, Transport transport) : loop_(loop) {
  if (transport == Transport::kTls) tls_ = server_context(&server_names);
  open();
}

Backend::~Backend() = default;

void Backend::open() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener_.reset(evconnlistener_new_bind(
      loop_.base(),
      [](evconnlistener*, evutil_socket_t socket, sockaddr* peer, int, void* self) {
        static_cast<Backend*>(self)->accept(static_cast<int>(socket), ntohs(reinterpret_cast<sockaddr_in*>(peer)->sin_port));
      },
      this, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC, 64, reinterpret_cast<sockaddr*>(&address), sizeof address));
  HF_CHECK(listener_ != nullptr);
  socklen_t size = sizeof address;
  HF_CHECK(getsockname(static_cast<int>(evconnlistener_get_fd(listener_.get())), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
}

void Backend::close() {
  listener_.reset();
  sessions_.clear();
}

void Backend::accept(int socket, std::uint16_t source) {
  ++connections;
  source_ports.push_back(source);
  auto session = std::make_unique<Session>();
  session->backend = this;
  if (tls_) {
    session->buffer = bufferevent_openssl_socket_new(loop_.base(), socket, SSL_new(tls_.get()), BUFFEREVENT_SSL_ACCEPTING,
                                                     BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    bufferevent_openssl_set_allow_dirty_shutdown(session->buffer, 1);
  } else {
    session->buffer = bufferevent_socket_new(loop_.base(), socket, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
  }
  bufferevent_setcb(
      session->buffer, [](bufferevent*, void* self) { static_cast<Session*>(self)->on_read(); },
      [](bufferevent*, void* self) { static_cast<Session*>(self)->on_written(); },
      [](bufferevent*, short what, void* self) {
        auto* ended = static_cast<Session*>(self);
        if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0) ended->backend->drop(ended);
      },
      session.get());
  bufferevent_enable(session->buffer, EV_READ | EV_WRITE);
  sessions_.push_back(std::move(session));
}

void Backend::drop(Session* session) {
  const auto at = std::ranges::find(sessions_, session, [](const auto& each) { return each.get(); });
  if (at == sessions_.end()) return;
  bufferevent_setcb(session->buffer, nullptr, nullptr, nullptr, nullptr);
  auto gone = std::make_shared<std::unique_ptr<Session>>(std::move(*at));
  sessions_.erase(at);
  loop_.later([gone] { gone->reset(); });
}

}  // namespace holdfast::fake
