// See scriptd_client.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/notify/scriptd_client.h"

#include <cerrno>

namespace holdfast {
namespace {

constexpr int kMessagesPerWakeup = 16;

}  // namespace

ScriptdClient::ScriptdClient(Loop& loop, Fd socket, OnMessage on_message, OnGone on_gone)
    : loop_(loop), on_message_(std::move(on_message)), on_gone_(std::move(on_gone)) {
  if (!socket) return;
  socket_ = ChannelSocket(std::move(socket), ChannelSocket::Descriptors::kAccepted);
  readable_ = loop_.on_readable(socket_.fd(), [this] { read(); });
}

void ScriptdClient::send(const scriptd::ToScriptd& message) {
  if (!open()) return;
  if (auto sent = socket_.send(scriptd::encode(message)); !sent) return end(sent.error());
  watch_backlog();
}

void ScriptdClient::send_table(Generation generation, bool security, const std::vector<ScriptRow>& rows) {
  send(scriptd::BeginTable{generation, security});
  for (const ScriptRow& row : rows) send(row);
  send(scriptd::CommitTable{generation, rows.size()});
}

void ScriptdClient::watch_backlog() {
  if (!socket_.open() || !socket_.backlogged() || writable_) return;
  writable_ = loop_.on_writable(socket_.fd(), [this] {
    if (auto flushed = socket_.flush(); !flushed) return end(flushed.error());
    if (socket_.backlogged()) return;
    loop_.later([this] {
      if (!socket_.backlogged()) writable_ = {};
    });
  });
}

void ScriptdClient::read() {
  for (int count = 0; count < kMessagesPerWakeup && socket_.open(); ++count) {
    auto datagram = socket_.receive();
    if (!datagram) return end(datagram.error());
    if (!*datagram) return;
    auto message = scriptd::decode_from_scriptd((*datagram)->bytes);
    if (!message) return end(message.error());
    on_message_(*message, std::move((*datagram)->descriptor));
  }
}

void ScriptdClient::end(const Error& error) {
  if (!socket_.open()) return;
  socket_.close();
  loop_.later([this, error] {
    readable_ = {};
    writable_ = {};
    on_gone_(error);
  });
}

}  // namespace holdfast
