// Where ipvsd's pure parts meet descriptors and timers: messages become ledger steps, ledger steps become changes, changes become
// system calls, and what the kernel tells becomes messages. Contains no rule of its own about what may exist.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ipvsd/announce/announcer.h"
#include "ipvsd/announce/extra_rounds.h"
#include "ipvsd/keep/holdings.h"
#include "ipvsd/keep/marking_keeper.h"
#include "ipvsd/kernel/kernel.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/links/link_judge.h"
#include "ipvsd/links/link_keeper.h"
#include "ipvsd/links/link_teller.h"
#include "ipvsd/links/setting_keeper.h"
#include "ipvsd/plan_intake.h"
#include "ipvsd/keep/table_keeper.h"
#include "ipvsd/keep/settings_keeper.h"
#include "ipvsd/kernel/process_watch.h"
#include "ipvsd/wanted/claim_ledger.h"
#include "ipvsd/wanted/wish_ledger.h"
#include "proto/channel/log_relay.h"
#include "proto/channel/typed_link.h"
#include "proto/runtime/log_event.h"
#include "proto/runtime/loop.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/schema/vrrpd_ipvsd.pb.h"

namespace holdfast {

inline constexpr unsigned kAnnounceRepeatMax = 1000;
inline constexpr unsigned kAuditsMax = 20;        // refusals that are logged for one link; the rest only counts
inline constexpr std::size_t kRefusedMax = 100;   // refused changes that are told one by one at a time

class Driver {
 public:
  Driver(Loop& loop, Fd parent_link, std::unique_ptr<Kernel> kernel, ProcessSource processes = {});
  // Reads what is there, says Ready, tells all links. Changes nothing.
  Status start();

 private:
  using ParentLink = Link<wire::IpvsdToParent, wire::ParentToIpvsd>;
  using VrrpdLink = Link<wire::IpvsdToVrrpd, wire::VrrpdToIpvsd>;
  using CheckerdLink = Link<wire::IpvsdToCheckerd, wire::CheckerdToIpvsd>;

  void from_parent(wire::ParentToIpvsd&, Fd descriptor);
  void from_vrrpd(wire::VrrpdToIpvsd&);
  void from_checkerd(wire::CheckerdToIpvsd&);
  void parent_gone(const Error&);
  void vrrpd_gone(const Error&);
  void checkerd_gone(const Error&);

  void commit(const wire::PlanCommit&);
  void adopt(IpvsPlan);
  void connect_peer(wire::PeerLink::Peer, Fd);
  void release_all(wire::PeerLink::Peer);
  void claim(const wire::ClaimAddresses&);
  void release(const wire::ReleaseAddresses&);
  void announce(const wire::AnnounceAddresses&);
  void want(const wire::WantDestinations&);
  void touch(const WishLedger::Touched&);
  void follow();

  void hear_kernel();
  bool hear_once();  // false: nothing was there
  void act_on(const LinkWatch::News&);
  void lost(const LinkWatch::Lost&);
  void lost(const std::vector<Holdings::Loss>&);
  void tell_links(const std::vector<LinkFacts>&, bool vrrpd_too);
  void tell_parent(const LinkFacts&);
  void tell_vrrpd(const LinkFacts&);
  void tell_refused(const std::vector<Refused>&);
  void tell_count(TrackerId, std::uint32_t count);
  void tell_claim(InstanceId, Generation, bool active, std::size_t failed);
  void audit(unsigned& count, const std::string& text);

  // driver_links.cpp
  LinkFacts judged(LinkFacts);
  void adopt_links(const IpvsPlan&);
  void keep_links();
  void hear_all();
  void arm_links();
  void drop_old_links();
  void links_due();
  std::optional<bool> poll_carrier(const LinkState&, LinkPolling);
  void announce_elsewhere(InstanceId);
  void tell_kept(const std::vector<KeptSetting>&);
  void tell_refused_links(const std::vector<RefusedLink>&);

  void table_step();
  void send_announcements();
  void absence_over();
  void arm_absence();
  void withdraw(bool keep_vrrp, bool keep_ipvs);
  void to_parent(const wire::IpvsdToParent&);
  void sender_at_fault(const Error&);

  Loop& loop_;
  std::unique_ptr<Kernel> kernel_;
  PlanIntake intake_;
  ClaimLedger claims_;
  WishLedger wishes_;
  LinkWatch watch_;
  LinkJudge judge_;
  LinkKeeper links_;
  SettingKeeper settings_keeper_;
  LinkTeller teller_;
  Holdings holdings_;
  TableKeeper table_;
  MarkingKeeper marking_;
  SettingsKeeper ipvs_settings_;
  announce::Announcer announcer_;
  announce::ExtraRounds rounds_;
  ProcessWatch processes_;
  IpvsPlan settings_;              // of the plan in force; its lists are empty
  bool planned_ = false;
  bool applied_due_ = false;       // checkerd waits for WishesApplied
  bool ended_ = false;
  bool quiet_igmp_ = false;
  bool links_touched_ = false;     // something other than our own addresses changed since links were looked at
  unsigned vrrpd_audits_ = 0;
  unsigned checkerd_audits_ = 0;

  Loop::Watch kernel_watch_;
  Loop::Timer table_timer_;
  Loop::Timer announce_timer_;
  Loop::Timer absence_timer_;
  Loop::Timer tell_timer_;
  Loop::Timer links_timer_;
  ParentLink parent_;
  LogRelay<wire::IpvsdToParent, wire::ParentToIpvsd> log_relay_{parent_};
  VrrpdLink vrrpd_;
  CheckerdLink checkerd_;
};

}  // namespace holdfast
