// Field by field, in the order of proto/value/link_plan.h. Names of interfaces become parts of paths below /proc/sys/net, so what
// could lead elsewhere is refused here.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/link_codec.h"

#include <algorithm>

#include "proto/codec/bounds.h"
#include "proto/codec/values_codec.h"

namespace holdfast {

static Result<std::string> interface_name(const char* field, const std::string& bytes, std::size_t shortest = 1) {
  HF_TRY(std::string name, bounds::text(field, bytes, kInterfaceNameMax, shortest));
  if (name.find('/') != std::string::npos || name == "." || name == "..") return Error{std::string(field) + " is no name of an interface"};
  return name;
}

void encode(const VirtualLink& link, wire::VirtualLink& message) {
  message.set_name(link.name);
  message.set_base(link.base);
  message.set_kind(static_cast<std::uint32_t>(link.kind));
  message.set_hardware(link.hardware.data(), link.hardware.size());
  message.set_mode(static_cast<std::uint32_t>(link.mode));
  if (link.group) message.set_group(*link.group);
  message.set_family(static_cast<std::uint32_t>(link.family));
  message.set_carries_ipv6(link.carries_ipv6);
  message.set_sends(link.sends);
  if (link.address) encode(*link.address, *message.mutable_address());
  message.set_notify(link.notify);
}

void encode(const LinkDelay& delay, wire::LinkDelay& message) {
  message.set_interface(delay.interface);
  message.set_down_us(delay.down.count());
  message.set_up_us(delay.up.count());
}

void encode(const LinkPoll& poll, wire::LinkPoll& message) {
  message.set_interface(poll.interface);
  message.set_method(static_cast<std::uint32_t>(poll.method));
}

void encode(const KeptSetting& kept, wire::KeptSetting& message) {
  message.set_interface(kept.key.interface);
  message.set_setting(static_cast<std::uint32_t>(kept.key.setting));
  message.set_value(kept.value);
}

Result<VirtualLink> decode(const wire::VirtualLink& message) {
  VirtualLink link;
  HF_TRY(link.name, interface_name("link", message.name()));
  HF_TRY(link.base, interface_name("base of a link", message.base()));
  HF_TRY(link.kind, bounds::within<LinkKind>("kind of a link", message.kind(), 0, 1));
  if (message.hardware().size() != link.hardware.size()) return Error{"MAC address of a link is not 6 octets"};
  std::copy(message.hardware().begin(), message.hardware().end(), link.hardware.begin());
  if ((link.hardware[0] & 1) != 0) return Error{"MAC address of a link is a group's"};
  HF_TRY(link.mode, bounds::within<IpvlanMode>("mode of a link", message.mode(), 0, 2));
  if (message.has_group()) link.group = message.group();
  if (message.family() != 4 && message.family() != 6) return Error{"family of a link is not 4 or 6"};
  link.family = static_cast<Family>(message.family());
  link.carries_ipv6 = message.carries_ipv6();
  link.sends = message.sends();
  if (message.has_address()) {
    HF_TRY(link.address, decode(message.address()));
  }
  link.notify = message.notify();
  return link;
}

Result<LinkDelay> decode(const wire::LinkDelay& message) {
  LinkDelay delay;
  HF_TRY(delay.interface, interface_name("delayed interface", message.interface()));
  HF_TRY(delay.down, bounds::duration("down delay", message.down_us()));
  HF_TRY(delay.up, bounds::duration("up delay", message.up_us()));
  return delay;
}

Result<LinkPoll> decode(const wire::LinkPoll& message) {
  LinkPoll poll;
  HF_TRY(poll.interface, interface_name("polled interface", message.interface()));
  HF_TRY(poll.method, bounds::within<LinkPolling>("way to poll", message.method(), 0, 2));
  return poll;
}

Result<KeptSetting> decode(const wire::KeptSetting& message) {
  KeptSetting kept;
  HF_TRY(kept.key.interface, interface_name("interface of a setting", message.interface(), 0));
  HF_TRY(kept.key.setting, bounds::within<Setting>("setting", message.setting(), 1, 4));
  HF_TRY(kept.value, bounds::within<std::int32_t>("value of a setting", message.value(), 0, 255));
  return kept;
}

}  // namespace holdfast
