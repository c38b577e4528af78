// One virtual service: its servers, its quorum with hysteresis, its sorry server, and what must therefore be in the IPVS table.
// Pure. keepalived.conf(5): quorum, hysteresis, sorry_server, inhibit_on_failure, alpha, omega.
//
// Quorum is gained at weight >= quorum + hysteresis (and above 0) and lost at weight < quorum - hysteresis or 0. While it is lost and there is a sorry
// server, only that one serves: it is put in before the others are taken out, and they are put back before it is taken out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "checkerd/verdict/action.h"
#include "checkerd/verdict/server.h"

namespace holdfast {

// What a restarted checkerd is told about one service.
struct Remembered {
  bool restored = false;  // there was a checkerd before this one
  bool quorum_up = false;
};

class Pool {
 public:
  Pool(const CheckedService& plan, const Remembered& remembered, const KnownVerdicts& known, const Numbers& told, Actions& out);

  // The service in a changed plan; unchanged servers do not notice.
  void replan(const CheckedService& plan, const Numbers& told, Actions& out);
  // A result of one check. Nothing happens for a check that is not there.
  void hear(DestinationId server, const Server::Opinion& opinion, Actions& out);
  void stop(Actions& out) const;

  ServiceId id() const { return id_; }
  const std::string& name() const { return name_; }
  bool quorum_up() const { return quorum_up_; }
  std::int64_t quorum() const { return quorum_; }
  std::int64_t hysteresis() const { return hysteresis_; }
  const std::vector<Server>& servers() const { return servers_; }
  const CheckedServer* sorry() const { return sorry_ ? &*sorry_ : nullptr; }
  const Server* find(DestinationId server) const;
  // What must be in the table now, in the order in which it may be said.
  std::vector<DestinationWish> wishes() const;
  DestinationWish wish(const Server& server) const;
  DestinationWish sorry_wish() const;  // only with a sorry server

 private:
  bool sorry_serves() const { return sorry_ && !quorum_up_; }
  Server* find(DestinationId server);
  void take_settings(const CheckedService& plan);
  void index();
  void weigh();
  void settle(bool initial, bool was_serving, Actions& out);
  void say(const DestinationWish& wish, Actions& out);
  void say_all(Actions& out);

  ServiceId id_;
  std::string name_;
  std::int64_t quorum_ = 1;
  std::int64_t hysteresis_ = 0;
  bool omega_ = false;
  bool quorum_up_ = false;
  std::int64_t weight_ = 0;  // of the servers that are alive
  std::vector<Server> servers_;
  std::unordered_map<DestinationId, std::size_t> place_;
  std::optional<CheckedServer> sorry_;
  std::unordered_map<DestinationId, DestinationWish> said_;
};

}  // namespace holdfast
