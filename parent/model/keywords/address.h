// One line of static_ipaddress, virtual_ipaddress or virtual_ipaddress_excluded: an address and the words after it.
// Names follow ip-address(8). Whether the interface exists is not known here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "parent/model/bind.h"

namespace holdfast::model {

// nullopt: the line is left out, and a diagnostic says why. `family`: the only one allowed, if set.
std::optional<AddressEntry> read_address_line(Binder& binder, const config::Node& line, ContextId context,
                                              std::optional<Family> family = {});

}  // namespace holdfast::model
