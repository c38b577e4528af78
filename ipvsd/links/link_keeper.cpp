// Differences between wanted links and those that are there.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/links/link_keeper.h"

#include <algorithm>
#include <cerrno>

namespace holdfast {

namespace {

constexpr std::uint32_t kMacvlanPrivate = 1;       // MACVLAN_MODE_PRIVATE
constexpr std::uint32_t kGroupsFrom = 0x48460000;  // where a group that nobody uses is looked for
constexpr std::uint8_t kLinkLocalLength = 64;

const char* kind_text(LinkKind kind) { return kind == LinkKind::kMacvlan ? "macvlan" : "ipvlan"; }

// RFC 4291 appendix A.
IpAddress link_local_of(const HardwareAddress& mac) {
  return IpAddress::v6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]});
}

}  // namespace

void LinkKeeper::set_plan(std::vector<VirtualLink> links, bool none) {
  said_.clear();
  for (VirtualLink& before : links_) old_.push_back(std::move(before));
  links_ = none ? std::vector<VirtualLink>{} : links;
  if (none) old_.insert(old_.end(), links.begin(), links.end());
  std::set<std::string> named;
  for (const VirtualLink& link : links_) named.insert(link.name);
  std::erase_if(old_, [&](const VirtualLink& link) { return named.contains(link.name); });
  std::erase_if(kept_, [&](const auto& entry) { return !named.contains(entry.first); });
}

bool LinkKeeper::made_here(const std::string& name) const {
  return std::any_of(links_.begin(), links_.end(), [&](const VirtualLink& link) { return link.name == name; });
}

// A macvlan on a macvlan is put on what that one is on.
bool LinkKeeper::is_it(const VirtualLink& link, const LinkState& state) const {
  if (state.kind != kind_text(link.kind)) return false;
  if (const LinkState* base = watch_.by_name(link.base)) {
    const bool stacked = base->kind == state.kind && base->base != 0;
    if (state.base != (stacked ? base->base : base->index)) return false;
  }
  return link.kind == LinkKind::kIpvlan || (state.hardware == link.hardware && state.mode == kMacvlanPrivate);
}

std::optional<Prefix> LinkKeeper::address_for(const VirtualLink& link, const LinkState& base) const {
  if (link.address) return link.address;
  if (link.kind == LinkKind::kIpvlan || link.family == Family::kIpv4 || !link.sends) return std::nullopt;
  for (const IpAddress& source : watch_.facts(base.index).sources) {
    if (!source.is_v4()) return Prefix{source, kLinkLocalLength};
  }
  return Prefix{link_local_of(base.hardware), kLinkLocalLength};
}

void LinkKeeper::create(const VirtualLink& link, const LinkState& base, Kept& kept, Instant now, Changes& changes) {
  if (now < kept.again) return;
  kept.prepared = 0;
  kept.created = true;
  kept.again = now + kept.pause;
  kept.pause = std::min(2 * kept.pause, kLinkRetryMax);
  changes.push_back(CreateLink{link, base.index, link.group.value_or(base.group), base.in_vrf ? std::optional(base.master) : std::nullopt});
}

void LinkKeeper::prepare(const VirtualLink& link, const LinkState& state, const LinkState& base, Kept& kept, Changes& files, Changes& changes) {
  kept.prepared = state.index;
  fresh_.push_back(kept.created ? "(" + link.name + ") Success creating " + (link.kind == LinkKind::kMacvlan ? "VMAC" : "ipvlan") + " interface"
                                : "Found matching interface " + link.name);
  const bool macvlan = link.kind == LinkKind::kMacvlan;
  const bool ipv6 = link.family == Family::kIpv6 || link.carries_ipv6;
  const bool ipv4_settings = macvlan && link.family == Family::kIpv4;
  if (macvlan) changes.push_back(TuneLink{link.name, ipv4_settings, true});
  files.push_back(SetIpv6{link.name, ipv6});
  if (const auto address = address_for(link, base)) changes.push_back(AddLinkAddress{link.name, *address});
  if (!state.enabled) changes.push_back(RaiseLink{link.name});
}

// What changes while a link lives: the VRF of its base, and an address that was taken from it.
void LinkKeeper::keep_right(const VirtualLink& link, const LinkState& state, const LinkState& base, Kept& kept, Instant now, Changes& changes) {
  const std::uint32_t master = base.in_vrf ? base.master : 0;
  if (state.master != master && (state.in_vrf || base.in_vrf)) changes.push_back(SetMaster{link.name, master});
  if (now < kept.again) return;
  kept.pause = kLinkRetryFirst;
  if (!state.up || link.kind != LinkKind::kMacvlan || link.family != Family::kIpv6 || link.address || !link.sends) return;
  const auto& sources = watch_.facts(state.index).sources;
  if (std::any_of(sources.begin(), sources.end(), [](const IpAddress& source) { return !source.is_v4(); })) return;
  if (const auto address = address_for(link, base)) changes.push_back(AddLinkAddress{link.name, *address});
  kept.again = now + kept.pause;
}

void LinkKeeper::consider(const VirtualLink& link, Instant now, Changes& files, Changes& changes, std::vector<RefusedLink>& refused) {
  const LinkState* base = watch_.by_name(link.base);
  if (base == nullptr) return;
  Kept& kept = kept_[link.name];
  const LinkState* state = watch_.by_name(link.name);
  if (state == nullptr) return create(link, *base, kept, now, changes);
  if (!is_it(link, *state)) {
    if (state->kind == kind_text(link.kind)) {  // create() paces what follows
      refused.push_back({"Removing old interface " + link.name + ": it is on another interface or has another MAC address", 0});
      changes.push_back(DeleteLinks{{link.name}, 0});
    } else if (!std::exchange(kept.complained, true)) {
      refused.push_back({"use interface " + link.name + ": there is another one of that name", EEXIST});
    }
    return;
  }
  if (kept.prepared != state->index) return prepare(link, *state, *base, kept, files, changes);
  keep_right(link, *state, *base, kept, now, changes);
}

bool LinkKeeper::step(Instant now, std::vector<RefusedLink>& refused) {
  Changes files;
  Changes changes;
  // What is in the way of a new link with the same MAC address has to go first.
  std::vector<VirtualLink> in_the_way;
  std::erase_if(old_, [&](const VirtualLink& before) {
    const bool blocks = std::any_of(links_.begin(), links_.end(), [&](const VirtualLink& link) {
      return link.kind == before.kind && link.base == before.base && link.hardware == before.hardware && link.kind == LinkKind::kMacvlan;
    });
    if (blocks) in_the_way.push_back(before);
    return blocks;
  });
  if (!in_the_way.empty()) erase(in_the_way, refused);
  for (const VirtualLink& link : links_) consider(link, now, files, changes, refused);
  files.insert(files.end(), std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end()));
  apply(files, refused);
  return !files.empty() || !in_the_way.empty();
}

void LinkKeeper::apply(const Changes& changes, std::vector<RefusedLink>& refused) {
  if (changes.empty()) return;
  const std::vector<int> codes = kernel_.apply_links(changes);
  for (std::size_t at = 0; at < changes.size(); ++at) {
    const bool there = codes[at] == EEXIST && std::holds_alternative<AddLinkAddress>(changes[at]);
    const bool gone = codes[at] == ENODEV && std::holds_alternative<DeleteLinks>(changes[at]);
    if (codes[at] == 0 || there || gone) continue;
    std::string text = to_string(changes[at]);
    if (said_.insert(text).second) refused.push_back({std::move(text), codes[at]});
  }
}

Instant LinkKeeper::deadline() const {
  Instant first = kNever;
  for (const VirtualLink& link : links_) {
    const auto kept = kept_.find(link.name);
    if (kept == kept_.end() || watch_.by_name(link.base) == nullptr || watch_.by_name(link.name) != nullptr) continue;
    first = std::min(first, kept->second.again);
  }
  return first;
}

std::uint32_t LinkKeeper::unused_group() const {
  std::set<std::uint32_t> used;
  for (const std::uint32_t index : watch_.links()) used.insert(watch_.by_index(index)->group);
  std::uint32_t group = kGroupsFrom;
  while (used.contains(group)) ++group;
  return group;
}

void LinkKeeper::erase(const std::vector<VirtualLink>& links, std::vector<RefusedLink>& refused) {
  DeleteLinks all;
  for (const VirtualLink& link : links) {
    const LinkState* state = watch_.by_name(link.name);
    if (state != nullptr && is_it(link, *state)) all.names.push_back(link.name);
  }
  if (all.names.empty()) return;
  all.group = unused_group();
  const LinkChange together = all;
  const int code = kernel_.apply_links(std::span(&together, 1)).front();
  if (code == 0 || code == ENODEV) return;
  Changes singly;  // some of them may be able to go
  for (const std::string& name : all.names) singly.push_back(DeleteLinks{{name}, 0});
  apply(singly, refused);
}

void LinkKeeper::drop_old(std::vector<RefusedLink>& refused) { erase(std::exchange(old_, {}), refused); }

void LinkKeeper::finish(std::vector<RefusedLink>& refused) {
  for (VirtualLink& link : std::exchange(links_, {})) old_.push_back(std::move(link));
  drop_old(refused);
  kept_.clear();
}

}  // namespace holdfast
