// See sessions.h.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/bfd/sessions.h"

#include <utility>

namespace holdfast::bfd {
namespace {

void collect(TrackerId id, Effects effects, std::vector<Happened>& happened) {
  for (Effect& effect : effects) happened.push_back({id, std::move(effect)});
}

}  // namespace

std::uint32_t Sessions::new_discriminator() {
  std::uint32_t discriminator = 0;
  do discriminator = random_();
  while (discriminator == 0 || by_discriminator_.contains(discriminator));
  return discriminator;
}

std::vector<Happened> Sessions::apply(const std::vector<BfdSession>& configs, Instant now) {
  std::vector<Happened> happened;
  std::map<TrackerId, const BfdSession*> wanted;
  for (const BfdSession& config : configs) wanted.emplace(config.id, &config);
  for (auto entry = sessions_.begin(); entry != sessions_.end();) {
    if (wanted.contains(entry->first)) {
      ++entry;
      continue;
    }
    collect(entry->first, entry->second.close(now), happened);
    by_discriminator_.erase(entry->second.discriminator());
    entry = sessions_.erase(entry);
  }
  for (const auto& [id, config] : wanted) {
    if (const auto known = sessions_.find(id); known != sessions_.end()) {
      collect(id, known->second.reconfigure(*config, now), happened);
      continue;
    }
    const std::uint32_t discriminator = new_discriminator();
    sessions_.emplace(id, Session(*config, discriminator, now));
    by_discriminator_.emplace(discriminator, id);
  }
  return happened;
}

// A discriminator of ours decides alone; without one the address does.
Session* Sessions::addressee(const Arrived& arrived, const ControlPacket& packet) {
  if (packet.yours != 0) {
    const auto found = by_discriminator_.find(packet.yours);
    return found == by_discriminator_.end() ? nullptr : &sessions_.at(found->second);
  }
  for (auto& [id, session] : sessions_) {
    if (session.config().neighbour == arrived.source && session.config().multihop == arrived.multihop) return &session;
  }
  return nullptr;
}

Sessions::Heard Sessions::hear(const Arrived& arrived, Instant now) {
  Decoded decoded = decode(arrived.payload);
  Heard heard;
  Session* session = nullptr;
  // 6.8.6 asks for the session before it looks at authentication.
  if (!decoded.rejection || decoded.rejection == Rejection::kAuthentication) {
    session = addressee(arrived, decoded.packet);
    if (session == nullptr || session->config().multihop != arrived.multihop) decoded.rejection = Rejection::kNoSession;
    else if (!decoded.rejection && arrived.ttl < session->config().ttl_min) decoded.rejection = Rejection::kTtl;
  }
  if (decoded.rejection) {
    ++rejected_[static_cast<std::size_t>(*decoded.rejection)];
    heard.rejection = decoded.rejection;
    return heard;
  }
  collect(session->config().id, session->hear(decoded.packet, now), heard.happened);
  return heard;
}

std::vector<Happened> Sessions::tick(Instant now) {
  std::vector<Happened> happened;
  for (auto& [id, session] : sessions_) {
    if (session.deadline() <= now) collect(id, session.tick(now), happened);
  }
  return happened;
}

std::vector<Happened> Sessions::close(Instant now) {
  std::vector<Happened> happened;
  for (auto& [id, session] : sessions_) collect(id, session.close(now), happened);
  return happened;
}

Instant Sessions::deadline() const {
  Instant first = kNever;
  for (const auto& [id, session] : sessions_) first = std::min(first, session.deadline());
  return first;
}

const Session* Sessions::session(TrackerId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

std::vector<TrackerId> Sessions::ids() const {
  std::vector<TrackerId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  return ids;
}

}  // namespace holdfast::bfd
