// Settings of interfaces and of the whole network that VMACs need: changed once, what they were is kept, and restored when no link
// needs them any more. What was kept outlives this process: the owner is told before a change is made. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/links/link_keeper.h"

namespace holdfast {

class SettingKeeper {
 public:
  using OnKept = std::function<void(const std::vector<KeptSetting>&)>;
  SettingKeeper(Kernel& kernel, const LinkWatch& watch, OnKept on_kept) : kernel_(kernel), watch_(watch), on_kept_(std::move(on_kept)) {}

  // What an earlier process has changed.
  void remember(const std::vector<KeptSetting>& kept);
  // Sets what `links` need and restores what they do not. True: something was changed.
  bool reconcile(const std::vector<VirtualLink>& links, bool quiet_igmp, std::vector<RefusedLink>& refused);
  void finish(std::vector<RefusedLink>& refused) { (void)reconcile({}, false, refused); }

 private:
  using Wanted = std::map<SettingKey, std::int32_t>;
  Wanted wanted(const std::vector<VirtualLink>& links, bool quiet_igmp) const;
  void want_no_reverse_path_check(Wanted& wanted, const std::vector<VirtualLink>& links) const;
  std::optional<std::int32_t> actual(const SettingKey& key) const;
  std::optional<std::int32_t> original(const SettingKey& key) const;
  bool apply(const std::vector<LinkChange>& changes, std::vector<RefusedLink>& refused);
  void tell() const;

  Kernel& kernel_;
  const LinkWatch& watch_;
  OnKept on_kept_;
  std::map<SettingKey, std::int32_t> kept_;              // before it was changed
  std::map<SettingKey, std::uint32_t> settled_;          // looked at: of the link with this index; what others do later is their affair
};

}  // namespace holdfast
