// A server to be checked: TCP, HTTP or HTTPS on 127.0.0.1, with a scripted behaviour that a test changes at will. Records what it was asked.
// Runs in the test's own loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "proto/runtime/loop.h"

struct evconnlistener;
struct bufferevent;
struct ssl_ctx_st;

namespace holdfast::fake {

class Backend {
 public:
  enum class Transport : bool { kPlain, kTls };

  explicit Backend(Loop& loop, Transport transport = Transport::kPlain);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  std::uint16_t port() const { return port_; }
  std::string certificate() const;  // PEM; for www.example.org, one day from its end
  void open();   // again, on the same port
  void close();  // connections are refused from now on; established ones are cut

  std::string answer = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  bool answers = true;       // false: takes the request and says nothing
  bool closes = true;        // after the answer
  Duration trickle{0};       // between two octets of the answer
  std::vector<std::string> requests;
  std::vector<std::string> server_names;  // SNI
  std::vector<std::uint16_t> source_ports;
  std::size_t connections = 0;

 private:
  struct Session;
  struct FreeListener {
    void operator()(evconnlistener*) const noexcept;
  };
  void accept(int socket, std::uint16_t source);
  void drop(Session* session);

  Loop& loop_;
  std::uint16_t port_ = 0;
  std::shared_ptr<ssl_ctx_st> tls_;
  std::unique_ptr<evconnlistener, FreeListener> listener_;
  std::vector<std::unique_ptr<Session>> sessions_;
};

}  // namespace holdfast::fake
