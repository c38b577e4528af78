// Look-up by name in a configuration. The first definition of a name is the one that counts.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/model.h"

#include <algorithm>

namespace holdfast::model {
namespace {

template <class Items>
const typename Items::value_type* by_name(const Items& items, const std::string& name) {
  const auto it = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return it == items.end() ? nullptr : &*it;
}

}  // namespace

const Script* Configuration::script(const std::string& name) const { return by_name(scripts, name); }
const TrackFile* Configuration::track_file(const std::string& name) const { return by_name(track_files, name); }
const TrackProcess* Configuration::track_process(const std::string& name) const { return by_name(track_processes, name); }
const Instance* Configuration::instance(const std::string& name) const { return by_name(instances, name); }
const ServerGroup* Configuration::server_group(const std::string& name) const { return by_name(server_groups, name); }

}  // namespace holdfast::model
