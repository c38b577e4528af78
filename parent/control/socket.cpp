// See socket.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "parent/control/verbs.h"

namespace holdfast {
namespace {

Error failed(const std::string& what, int code) { return Error{what + ": " + std::strerror(code), code}; }

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failed(path, ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  return address;
}

bool may_ask(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == ::geteuid());
}

}  // namespace

ControlSocket::~ControlSocket() {
  if (socket_) ::unlink(path_.c_str());
}

Status ControlSocket::listen(const std::string& path) {
  HF_TRY(const sockaddr_un address, address_of(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed(path, errno);
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed(path, errno);
  if (::listen(socket.get(), static_cast<int>(kAskersMax)) != 0) return failed(path, errno);
  path_ = path;
  socket_ = std::move(socket);
  acceptable_ = loop_.on_readable(socket_.get(), [this] { accept(); });
  return ok();
}

void ControlSocket::accept() {
  Fd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || askers_.size() >= kAskersMax || !may_ask(socket.get())) return;
  const AskerId id = ++last_;
  Asker& asker = askers_[id];
  asker.socket = std::move(socket);
  asker.readable = loop_.on_readable(asker.socket.get(), [this, id] { read(id); });
}

void ControlSocket::read(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  char text[kQuestionMax + 1];
  const ssize_t length = ::read(found->second.socket.get(), text, sizeof text);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0 || found->second.answered) return drop(id);
  found->second.answered = true;
  on_question_(id, std::string(text, static_cast<std::size_t>(length)));
}

void ControlSocket::answer(AskerId id, std::string text) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  if (text.size() > kAnswerMax) text.resize(kAnswerMax);
  found->second.left = std::move(text);
  found->second.writable = loop_.on_writable(found->second.socket.get(), [this, id] { write(id); });
}

void ControlSocket::write(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  Asker& asker = found->second;
  const ssize_t length = ::send(asker.socket.get(), asker.left.data(), asker.left.size(), MSG_NOSIGNAL);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length > 0) asker.left.erase(0, static_cast<std::size_t>(length));
  if (length < 0 || asker.left.empty()) drop(id);
}

// Later: the caller may be inside one of the asker's own callbacks.
void ControlSocket::drop(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  ::shutdown(found->second.socket.get(), SHUT_RDWR);
  loop_.later([this, id] { askers_.erase(id); });
}

int ask(const std::string& path, const std::string& question) {
  const auto address = address_of(path);
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!address || !socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
    return 1;
  }
  if (::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return 1;
  bool any = false;
  char text[65536];
  for (ssize_t length = 0; (length = ::read(socket.get(), text, sizeof text)) > 0; any = true) {
    if (std::fwrite(text, 1, static_cast<std::size_t>(length), stdout) == 0) return 1;
  }
  return any ? 0 : 1;
}

}  // namespace holdfast
