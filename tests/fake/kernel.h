// A kernel made of tables: keeps links, addresses and IPVS services, answers from them with real error numbers, and tells what
// happened as the real one does. Not a mock: tests look at the tables afterwards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/reconcile/diff.h"
#include "proto/runtime/fd.h"

namespace holdfast::fake {

class Kernel final : public holdfast::Kernel {
 public:
  Kernel();

  // The world outside of ipvsd.
  std::uint32_t add_link(const std::string& name, bool up = true);
  void set_link(const std::string& name, bool up);
  void remove_link(const std::string& name);
  void add_address(const std::string& interface, const char* prefix);   // by somebody else
  void delete_address(const AddressKey&);                              // by somebody else
  void lose_notifications();
  void refuse(const std::string& change, int code) { refused_[change] = code; }  // by the text of a change
  bool has_ipvs = true;

  // What is there.
  std::vector<AddressKey> addresses() const;  // in the order in which they were added
  ServiceTable services;
  IpvsTimeouts timeouts{900, 120, 300};
  std::vector<RunningSync> sync;
  std::map<std::string, bool> promoted;
  std::map<SettingKey, std::int32_t> settings;    // of "all", "default" and of no interface
  std::map<std::string, bool> carriers;           // of links that have a driver which knows
  std::map<std::string, bool> ipv6;               // what was turned on or off
  std::vector<LinkChange> applied_links;          // every accepted one, in order
  const LinkState* state(const std::string& name) { return link(name); }
  void change_link(const LinkState& changed);     // by somebody else
  std::vector<Change> applied;                // every accepted change, in order
  unsigned calls = 0;                         // of apply()

  Result<NetworkState> read_network() override;
  Status open_ipvs() override;
  Result<std::vector<std::pair<ServiceKey, ServiceOptions>>> read_services() override;
  Result<std::optional<ServiceOptions>> read_service(const ServiceKey&) override;
  Result<std::map<DestinationKey, DestinationOptions>> read_destinations(const ServiceKey&) override;
  Result<IpvsTimeouts> read_timeouts() override { return timeouts; }
  Result<std::vector<RunningSync>> read_sync() override { return sync; }
  std::vector<int> apply(std::span<const Change>) override;
  std::vector<int> apply_links(std::span<const LinkChange>) override;
  std::optional<std::int32_t> read_setting(const SettingKey&) override;
  std::optional<bool> carrier(std::uint32_t index) override;
  int events_fd() const override { return readable_.get(); }
  std::vector<KernelEvent> events() override;
  std::uint32_t vrf_table(const std::string& vrf) const override;
  void delete_route(const Route&);     // by somebody else
  void delete_rule(const Rule&);
  std::vector<Route> routes;           // in the order in which they were added
  std::vector<Rule> rules;
  std::set<Blocked> blocked;
  std::set<QuietLink> quiet;
  FirewallParts firewall;
  std::set<MarkedTarget> marked;
  std::set<MarkingPart> marking;
  std::map<std::string, std::uint32_t> vrfs;

 private:
  struct Held {
    AddressKey key;
    AddressState state;
  };
  int apply_one(const Change&);
  int apply_link(const LinkChange&);
  int add(const AddAddress&);
  int remove(const DeleteAddress&);
  int change_table(const Change&);
  int change_path(const Change&);
  int change_firewall(const ChangeFirewall&);
  int change_marking(const ChangeMarking&);
  int change_settings(const Change&);
  void tell(KernelEvent);
  bool secondary(const AddressKey&) const;
  LinkState* link(const std::string& name);

  std::vector<LinkState> links_;
  std::vector<Held> held_;
  std::map<std::string, int> refused_;
  std::deque<KernelEvent> events_;
  std::uint32_t last_index_ = 0;
  Fd readable_;
};

}  // namespace holdfast::fake
