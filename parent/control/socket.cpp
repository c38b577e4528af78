// See socket.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/socket.h"

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace holdfast {
namespace {

constexpr char kHeader[] = "holdfast 1 ";
constexpr std::size_t kGroupsMax = 1024;  // of one asker; more are not looked at
constexpr int kExitRefused = 1;
constexpr int kExitUsage = 2;

Error failed(const std::string& what, int code) { return Error{what + ": " + std::strerror(code), code}; }

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failed(path, ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  return address;
}

std::optional<gid_t> group_called(const char* name) {
  const group* found = ::getgrnam(name);
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

// The primary group and the others of who is at the other end.
std::vector<gid_t> groups_of(int socket, const ucred& peer) {
  std::vector<gid_t> groups(kGroupsMax);
  auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) size = 0;
  groups.resize(size / sizeof(gid_t));
  groups.push_back(peer.gid);
  return groups;
}

}  // namespace

ControlGroups find_control_groups() { return {group_called("holdfast-view"), group_called("holdfast-operate"), group_called("holdfast-admin")}; }

ControlSocket::~ControlSocket() {
  if (socket_) ::unlink(path_.c_str());
}

Status ControlSocket::listen(const std::string& path) {
  HF_TRY(const sockaddr_un address, address_of(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed(path, errno);
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed(path, errno);
  constexpr mode_t kAnyone = 0666;  // may connect; access_of() decides who is heard
  const bool groups = groups_.view || groups_.operate || groups_.admin;
  if (groups && ::chmod(path.c_str(), kAnyone) != 0) return failed(path, errno);
  if (::listen(socket.get(), static_cast<int>(kAskersMax)) != 0) return failed(path, errno);
  path_ = path;
  socket_ = std::move(socket);
  acceptable_ = loop_.on_readable(socket_.get(), [this] { accept(); });
  return ok();
}

std::optional<Access> ControlSocket::access_of(int socket) const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid == 0 || peer.uid == ::geteuid()) return Access::kAdmin;
  const std::vector<gid_t> groups = groups_of(socket, peer);
  const auto member = [&](const std::optional<gid_t>& group) { return group && std::ranges::find(groups, *group) != groups.end(); };
  if (member(groups_.admin)) return Access::kAdmin;
  if (member(groups_.operate)) return Access::kOperate;
  if (member(groups_.view)) return Access::kView;
  return std::nullopt;
}

void ControlSocket::accept() {
  Fd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || askers_.size() >= kAskersMax) return;
  const auto access = access_of(socket.get());
  if (!access) return;
  const AskerId id = ++last_;
  Asker& asker = askers_[id];
  asker.socket = std::move(socket);
  asker.access = access;
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
  const auto question = parse_question(std::string_view(text, static_cast<std::size_t>(length)));
  if (!question) return answer(id, {"expected " + verbs_text() + "\n", kExitUsage});
  if (*found->second.access < needed(question->verb)) return answer(id, {"not permitted: ask as a member of another group, or as root\n", kExitRefused});
  on_question_(id, *question);
}

void ControlSocket::answer(AskerId id, const Answer& answer) {
  const std::size_t shown = std::min(answer.text.size(), kAnswerMax);
  send(id, kHeader + std::to_string(answer.status) + "\n" + answer.text.substr(0, shown));
}

void ControlSocket::follow(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  found->second.follows = true;
  send(id, std::string(kHeader) + "0\n");
}

void ControlSocket::tell(std::string_view line) {
  std::vector<AskerId> slow;
  for (auto& [id, asker] : askers_) {
    if (!asker.follows) continue;
    if (asker.left.size() + line.size() > kFollowerMax) slow.push_back(id);
    else send(id, line);
  }
  for (const AskerId id : slow) drop(id);
}

void ControlSocket::send(AskerId id, std::string_view text) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  found->second.left += text;
  if (!found->second.writable) found->second.writable = loop_.on_writable(found->second.socket.get(), [this, id] { write(id); });
}

void ControlSocket::write(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  Asker& asker = found->second;
  const ssize_t length = ::send(asker.socket.get(), asker.left.data(), asker.left.size(), MSG_NOSIGNAL);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length > 0) asker.left.erase(0, static_cast<std::size_t>(length));
  if (length < 0 || (asker.left.empty() && !asker.follows)) return drop(id);
  if (!asker.left.empty()) return;
  // A handle may not end inside of its own call.
  loop_.later([this, id] {
    const auto waiting = askers_.find(id);
    if (waiting != askers_.end() && waiting->second.left.empty()) waiting->second.writable = {};
  });
}

// Later: the caller may be inside one of the asker's own callbacks.
void ControlSocket::drop(AskerId id) {
  const auto found = askers_.find(id);
  if (found == askers_.end()) return;
  ::shutdown(found->second.socket.get(), SHUT_RDWR);
  loop_.later([this, id] { askers_.erase(id); });
}

namespace {

Result<Fd> connect_to(const std::string& path) {
  HF_TRY(const sockaddr_un address, address_of(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed(path, errno);
  return socket;
}

// Hands the text over as it comes, without the header; the answer's status.
Result<int> converse(const std::string& path, const std::string& question, const std::function<bool(std::string_view)>& take) {
  auto socket = connect_to(path);
  if (!socket || ::send(socket->get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) {
    const Error error = socket ? failed(path, errno) : socket.error();
    return Error{error.message, error.code == ENOENT || error.code == ECONNREFUSED ? kNobody : kExitRefused};
  }
  std::string header;
  bool complete = false;
  char text[65536];
  for (ssize_t length = 0; (length = ::read(socket->get(), text, sizeof text)) > 0;) {
    std::string_view rest(text, static_cast<std::size_t>(length));
    if (!complete) {
      const auto end = rest.find('\n');
      header += rest.substr(0, end);
      if (end == std::string_view::npos) continue;
      complete = true;
      rest.remove_prefix(end + 1);
    }
    if (!rest.empty() && !take(rest)) return Error{"the output cannot be written", kExitRefused};
  }
  if (complete && header.starts_with(kHeader)) return std::atoi(header.c_str() + sizeof kHeader - 1);
  return Error{path + ": no answer; root, the daemon's user and members of holdfast-view, -operate and -admin are answered", kExitRefused};
}

}  // namespace

bool somebody_listens(const std::string& path) { return connect_to(path).has_value(); }

Result<std::string> ask_text(const std::string& path, const std::string& question) {
  std::string text;
  const auto status = converse(path, question, [&](std::string_view part) { return text.size() + part.size() <= kAnswerMax + kQuestionMax && !text.append(part).empty(); });
  if (!status) return status.error();
  if (*status != 0) return Error{text, *status};
  return text;
}

int ask(const std::string& path, const std::string& question) {
  const auto status = converse(path, question, [](std::string_view part) {
    return std::fwrite(part.data(), 1, part.size(), stdout) == part.size() && std::fflush(stdout) == 0;
  });
  if (status) return *status;
  std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.error().code;
}

}  // namespace holdfast
