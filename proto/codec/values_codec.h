// Addresses, prefixes and link facts <-> messages.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "proto/runtime/result.h"
#include "proto/schema/values.pb.h"
#include "proto/value/address.h"
#include "proto/value/link_facts.h"
#include "proto/value/script_plan.h"

namespace holdfast {

inline constexpr std::size_t kNameMax = 255;         // names of instances, groups, scripts, services
inline constexpr std::size_t kInterfaceNameMax = 15;  // IFNAMSIZ - 1

void encode(const IpAddress&, wire::IpAddress&);
void encode(const Prefix&, wire::Prefix&);
void encode(const LinkFacts&, wire::LinkFacts&);

Result<IpAddress> decode(const wire::IpAddress&);
Result<Prefix> decode(const wire::Prefix&);
Result<LinkFacts> decode(const wire::LinkFacts&);
Result<ScriptOutcome> decode(const wire::ScriptFinished&);

}  // namespace holdfast
