// The other ends of ipvsd's links, as tests hold them: they say what they are told to and keep what they hear.
// Speaks the messages, knows nothing of what they mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "proto/channel/typed_link.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/schema/vrrpd_ipvsd.pb.h"

namespace holdfast {

template <class Out, class In>
class Peer {
 public:
  Peer(Loop& loop, Fd socket)
      : link_(loop, std::move(socket), ChannelSocket::Descriptors::kRefused, [this](In& message, Fd) { heard.push_back(message); },
              [this](const Error&) { closed = true; }) {}
  void say(const Out& message, Fd descriptor = {}) { ASSERT_TRUE(link_.send(message, std::move(descriptor))); }
  void hang_up() { link_.close(); }
  template <class Pick>
  std::size_t count(Pick pick) const {
    return static_cast<std::size_t>(std::count_if(heard.begin(), heard.end(), pick));
  }
  std::vector<In> heard;
  bool closed = false;

 private:
  Link<Out, In> link_;
};

using Parent = Peer<wire::ParentToIpvsd, wire::IpvsdToParent>;
using Vrrpd = Peer<wire::VrrpdToIpvsd, wire::IpvsdToVrrpd>;
using Checkerd = Peer<wire::CheckerdToIpvsd, wire::IpvsdToCheckerd>;

// Begin, one chunk of settings and instances, one of services and destinations, Commit.
inline void say_plan(Parent& parent, const IpvsPlan& plan) {
  wire::ParentToIpvsd message;
  message.mutable_begin()->set_generation(plan.generation);
  message.mutable_begin()->set_chunks(2);
  parent.say(message);
  encode(plan, *message.mutable_chunk()->mutable_settings());
  for (const auto& entry : plan.instances) encode(entry, *message.mutable_chunk()->add_instances());
  parent.say(message);
  message.mutable_chunk()->Clear();
  for (const auto& entry : plan.services) encode(entry, *message.mutable_chunk()->add_services());
  for (const auto& entry : plan.destinations) encode(entry, *message.mutable_chunk()->add_destinations());
  for (const auto& entry : plan.marked) encode(entry, *message.mutable_chunk()->add_marked());
  parent.say(message);
  message.mutable_commit()->set_generation(plan.generation);
  parent.say(message);
}

inline wire::VrrpdToIpvsd claim_of(std::uint64_t instance, std::uint64_t generation) {
  wire::VrrpdToIpvsd message;
  message.mutable_claim()->set_instance(instance);
  message.mutable_claim()->set_claim(generation);
  return message;
}
inline wire::VrrpdToIpvsd release_of(std::uint64_t instance, std::uint64_t generation) {
  wire::VrrpdToIpvsd message;
  message.mutable_release()->set_instance(instance);
  message.mutable_release()->set_claim(generation);
  return message;
}

}  // namespace holdfast
