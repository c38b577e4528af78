// See launcher_client.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/supervise/launcher_client.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

constexpr int kPatienceMs = 10'000;

Status put_text(char* field, std::size_t size, const std::string& text, const char* what) {
  if (text.size() >= size || text.find('\0') != std::string::npos) {
    return Error{std::string(what) + " '" + text + "' is longer than " + std::to_string(size - 1) + " octets", ENAMETOOLONG};
  }
  std::ranges::copy(text, field);
  return ok();
}

}  // namespace

Result<LauncherClient::Answer> LauncherClient::gone(const std::string& what, const Error& error) {
  socket_.close();
  return Error{what + ": launcher: " + error.message, EPIPE};
}

Result<LauncherClient::Answer> LauncherClient::ask(launcher::Item item, launcher::Request request, const std::string* path, Fd descriptor,
                                                   const std::string& what) {
  if (!socket_.open()) return Error{what + ": the launcher has gone", EPIPE};
  request.item = static_cast<std::uint16_t>(item);
  request.cookie = ++cookie_;
  std::string bytes(reinterpret_cast<const char*>(&request), sizeof request);
  if (path != nullptr) {
    launcher::PathRequest with_path{request, {}};
    HF_OK(put_text(with_path.path, sizeof with_path.path, *path, "path"));
    bytes.assign(reinterpret_cast<const char*>(&with_path), sizeof with_path);
  }
  if (auto sent = socket_.send(std::move(bytes), std::move(descriptor)); !sent) return gone(what, sent.error());
  for (;;) {
    pollfd waiting{socket_.fd(), static_cast<short>(socket_.backlogged() ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&waiting, 1, kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return gone(what, Error{"no answer within 10 s", ETIMEDOUT});
    if (auto flushed = socket_.flush(); !flushed) return gone(what, flushed.error());
    auto received = socket_.receive();
    if (!received) return gone(what, received.error());
    if (!*received) continue;
    Answer answer;
    if ((*received)->bytes.size() != sizeof answer.reply) return gone(what, Error{"answer of a wrong size", EPROTO});
    std::memcpy(&answer.reply, (*received)->bytes.data(), sizeof answer.reply);
    if (answer.reply.cookie != request.cookie || answer.reply.item != request.item) {
      return gone(what, Error{"answer to another request", EPROTO});
    }
    answer.descriptor = std::move((*received)->descriptor);
    if (answer.reply.error != 0) return Error{what + ": " + std::strerror(answer.reply.error), answer.reply.error};
    return answer;
  }
}

bool LauncherClient::alive() {
  if (!socket_.open()) return false;
  const auto received = socket_.receive();
  if (received && !*received) return true;
  socket_.close();
  return false;
}

Result<LauncherClient::Started> LauncherClient::start(launcher::Child child, std::uint32_t slot, Fd link) {
  launcher::Request request;
  request.child = static_cast<std::uint8_t>(child);
  request.slot = slot;
  HF_TRY(Answer answer, ask(launcher::Item::kStartRole, request, nullptr, std::move(link), "start of a process"));
  if (answer.reply.pid <= 0 || !answer.descriptor) return Error{"start of a process: the launcher named none", EPROTO};
  return Started{answer.reply.pid, std::move(answer.descriptor)};
}

Status LauncherClient::end(pid_t pid) {
  launcher::Request request;
  request.pid = pid;
  HF_TRY(const Answer answer, ask(launcher::Item::kEndChild, request, nullptr, {}, "end of process " + std::to_string(pid)));
  return ok();
}

Result<Fd> LauncherClient::open_config_file(const std::string& path) {
  HF_TRY(Answer answer, ask(launcher::Item::kOpenConfigFile, {}, &path, {}, path));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_directory(const std::string& path) {
  HF_TRY(Answer answer, ask(launcher::Item::kOpenDirectory, {}, &path, {}, path));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_advert_socket(const AdvertSocketWish& wish, std::uint32_t interface_index) {
  launcher::Request request;
  request.interface_index = interface_index;
  request.family = wish.family == Family::kIpv4 ? 4 : 6;
  request.unicast = wish.unicast ? 1 : 0;
  request.ttl = wish.ttl;
  request.header = wish.header ? 1 : 0;
  if (!wish.unicast) std::ranges::copy(wish.group.octets(), request.group);
  request.has_source = wish.foreign_source || !wish.source.is_unspecified() ? 1 : 0;
  std::ranges::copy(wish.source.octets(), request.source);
  const std::string where = wish.interface.empty() ? "any interface" : wish.interface;
  HF_TRY(Answer answer, ask(launcher::Item::kOpenAdvertSocket, request, nullptr, {}, "advert socket on " + where));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_bfd_receiver(Family family, bool multihop) {
  launcher::Request request;
  request.family = family == Family::kIpv4 ? 4 : 6;
  request.multihop = multihop ? 1 : 0;
  HF_TRY(Answer answer, ask(launcher::Item::kOpenBfdSocket, request, nullptr, {}, multihop ? "BFD on port 4784" : "BFD on port 3784"));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_bfd_sender(const BfdSession& session) {
  launcher::Request request;
  request.family = session.neighbour.is_v4() ? 4 : 6;
  request.multihop = session.multihop ? 1 : 0;
  request.unicast = 1;
  request.ttl = session.ttl;
  request.has_source = session.source ? 1 : 0;
  if (session.source) std::ranges::copy(session.source->octets(), request.source);
  HF_TRY(Answer answer, ask(launcher::Item::kOpenBfdSocket, request, nullptr, {}, "BFD socket of " + session.name));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_announce_socket() {
  HF_TRY(Answer answer, ask(launcher::Item::kOpenAnnounceSocket, {}, nullptr, {}, "announcement socket"));
  return std::move(answer.descriptor);
}

Result<Fd> LauncherClient::open_check_socket(const Check& check) {
  using launcher::CheckSocket;
  launcher::Request request;
  request.family = check.address.is_v4() ? 4 : 6;
  const bool datagram = std::holds_alternative<DnsCheck>(check.what) || std::holds_alternative<UdpCheck>(check.what);
  const bool ping = std::holds_alternative<PingCheck>(check.what);
  request.kind = static_cast<std::uint8_t>(ping ? CheckSocket::kPing : datagram ? CheckSocket::kDatagram : CheckSocket::kStream);
  request.mark = check.fwmark;
  request.port = check.bind_port;
  request.has_source = check.bind_address ? 1 : 0;
  if (check.bind_address) std::ranges::copy(check.bind_address->octets(), request.source);
  HF_OK(put_text(request.interface, sizeof request.interface, check.bind_interface, "interface"));
  HF_TRY(Answer answer, ask(launcher::Item::kOpenCheckSocket, request, nullptr, {}, "socket of a check of " + check.address.to_string()));
  return std::move(answer.descriptor);
}

Result<LauncherClient::Interface> LauncherClient::look_up(const std::string& interface) {
  launcher::Request request;
  HF_OK(put_text(request.interface, sizeof request.interface, interface, "interface"));
  HF_TRY(const Answer answer, ask(launcher::Item::kLookupInterface, request, nullptr, {}, "interface " + interface));
  Interface found{answer.reply.interface_index, answer.reply.flags, std::nullopt};
  if (answer.reply.has_hardware != 0) std::ranges::copy(answer.reply.hardware, found.hardware.emplace().begin());
  return found;
}

}  // namespace holdfast
