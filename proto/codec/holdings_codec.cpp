// Pieces of holdings <-> a plan.
// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/holdings_codec.h"

#include <string>

#include "proto/codec/ipvs_codec.h"
#include "proto/codec/route_codec.h"

namespace holdfast {

template <class Holder>
static void encode_paths(const Holder& holder, wire::Holdings& piece) {
  for (const Route& route : holder.routes) encode(route, *piece.add_routes());
  for (const Rule& rule : holder.rules) encode(rule, *piece.add_rules());
}

void encode_holdings(const IpvsPlan& plan, wire::IpvsPlanChunk& whole) {
  wire::Holdings& statics = *whole.add_holdings();
  for (const VirtualAddress& address : plan.statics.addresses) encode(address, *statics.add_addresses());
  encode_paths(plan.statics, statics);
  for (const InstanceRights& instance : plan.instances) {
    if (instance.routes.empty() && instance.rules.empty()) continue;
    wire::Holdings& piece = *whole.add_holdings();
    piece.set_instance(instance.id.value);
    encode_paths(instance, piece);
  }
}

template <class Messages, class Item>
static Status append(const Messages& messages, std::vector<Item>& items, std::size_t most, const char* what) {
  for (const auto& message : messages) {
    if (items.size() >= most) return Error{std::string("plan: more than ") + std::to_string(most) + " " + what + " of one holder"};
    HF_TRY(Item item, decode(message));
    items.push_back(std::move(item));
  }
  return ok();
}

template <class Holder>
static Status take_paths(const wire::Holdings& piece, Holder& holder) {
  HF_OK(append(piece.routes(), holder.routes, kRoutesMax, "routes"));
  return append(piece.rules(), holder.rules, kRulesMax, "rules");
}

Status take_holdings(const wire::Holdings& piece, IpvsPlan& plan) {
  if (piece.instance() == 0) {
    constexpr std::size_t kStaticAddressesMax = 65'536;
    HF_OK(append(piece.addresses(), plan.statics.addresses, kStaticAddressesMax, "addresses"));
    return take_paths(piece, plan.statics);
  }
  for (auto instance = plan.instances.rbegin(); instance != plan.instances.rend(); ++instance) {
    if (instance->id.value != piece.instance()) continue;
    HF_OK(append(piece.addresses(), instance->addresses, kAddressesPerInstanceMax, "addresses"));
    return take_paths(piece, *instance);
  }
  return Error{"plan: holdings of an instance that it does not name"};
}

}  // namespace holdfast
