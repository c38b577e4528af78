// LinuxKernel against a real kernel, in a network namespace of its own: what is written is read back the same. Needs root; the
// IPVS part needs a kernel that has it (tests/uml runs this program there too) and compares with what ipvsadm(8) shows.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/linux_kernel.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ipvsd/keep/address_keeper.h"
#include "ipvsd/kernel/link_watch.h"
#include "ipvsd/keep/table_keeper.h"

namespace holdfast {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  while (std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, size);
  ::pclose(pipe);
  return text;
}

bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

class KernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "cannot make a network namespace";
    ASSERT_TRUE(run("ip link set lo up"));
    if (!run("ip link add d0 type veth peer name p0 && ip link set p0 up && ip link set d0 up && ip addr add 192.0.2.1/24 dev d0")) {
      GTEST_SKIP() << "cannot make a pair of interfaces";
    }
    auto opened = LinuxKernel::open();
    ASSERT_TRUE(opened) << opened.error().message;
    kernel_ = *std::move(opened);
  }
  // What is there now, through a fresh look.
  LinkWatch look() {
    LinkWatch watch;
    auto network = kernel_->read_network();
    EXPECT_TRUE(network) << network.error().message;
    watch.reset(*network);
    return watch;
  }
  std::unique_ptr<LinuxKernel> kernel_;
};

VirtualAddress virtual_address(const char* prefix, const char* interface = "d0") {
  VirtualAddress address;
  address.prefix = *parse_prefix(prefix);
  address.interface = interface;
  return address;
}

TEST_F(KernelTest, ReadsLinksAndAddresses) {
  const LinkWatch watch = look();
  const LinkState* d0 = watch.by_name("d0");
  ASSERT_NE(d0, nullptr);
  EXPECT_TRUE(d0->up);
  EXPECT_TRUE(d0->arp);
  EXPECT_NE(d0->hardware, HardwareAddress{});
  EXPECT_FALSE(watch.by_name("lo")->up && watch.by_name("lo")->hardware != HardwareAddress{});
  EXPECT_EQ(d0->mtu, 1500u);
  EXPECT_EQ(d0->promote_secondaries, false);
  EXPECT_TRUE(d0->forwarding6.has_value());
  const LinkFacts facts = watch.facts(d0->index);
  ASSERT_FALSE(facts.sources.empty());
  EXPECT_EQ(facts.sources.front(), ip("192.0.2.1"));
}

TEST_F(KernelTest, WhatIsAddedIsReadBackTheSame) {
  std::vector<VirtualAddress> planned = {virtual_address("192.0.2.100/24"), virtual_address("198.51.100.1/32"),
                                         virtual_address("2001:db8::100/64"), virtual_address("2001:db8::101/128"),
                                         virtual_address("203.0.113.1/24"), virtual_address("10.0.0.1/32"),
                                         virtual_address("2001:db8::102/64")};
  planned[1].scope = 253;  // link
  planned[4].label = "d0:vip";
  planned[4].broadcast = ip("203.0.113.255");
  planned[4].flags = kAddressNoPrefixRoute;
  planned[5].peer = ip("10.0.0.2");
  planned[3].preferred = planned[6].preferred = 0;
  for (VirtualAddress& address : planned) address.flags |= kAddressNoDad;
  look();
  std::vector<Address> wanted;
  for (const VirtualAddress& address : planned) wanted.push_back(address_of(address));
  std::vector<Change> changes;
  diff_addresses({}, wanted, {}, changes);
  for (int code : kernel_->apply(changes)) EXPECT_EQ(code, 0);
  const LinkWatch watch = look();
  std::vector<Change> again;
  diff_addresses(watch.addresses(), wanted, {}, again);
  EXPECT_TRUE(again.empty()) << to_string(again.front());
  const LinkFacts facts = watch.facts(watch.by_name("d0")->index);
  EXPECT_EQ(facts.sources.front(), ip("192.0.2.1"));
  const std::string shown = output_of("ip addr show d0");
  EXPECT_NE(shown.find("inet 10.0.0.1 peer 10.0.0.2/32 scope global d0"), std::string::npos) << shown;
  EXPECT_NE(shown.find("inet 203.0.113.1/24 brd 203.0.113.255 scope global noprefixroute d0:vip"), std::string::npos) << shown;
  EXPECT_NE(shown.find("inet6 2001:db8::101/128 scope global nodad deprecated"), std::string::npos) << shown;
  EXPECT_NE(shown.find("inet6 2001:db8::100/64 scope global nodad"), std::string::npos) << shown;
  EXPECT_NE(shown.find("inet 198.51.100.1/32 scope link"), std::string::npos) << shown;
  // Again: each says EEXIST, which is as good as done; then all go.
  const std::vector<int> repeated = kernel_->apply(changes);
  for (std::size_t at = 0; at < changes.size(); ++at) {
    EXPECT_EQ(repeated[at], EEXIST);
    EXPECT_EQ(judge(changes[at], repeated[at]), Outcome::kDone);
  }
  std::vector<AddressKey> keys;
  for (const Address& address : wanted) keys.push_back(address.key);
  std::vector<Change> deletions;
  diff_addresses(watch.addresses(), {}, keys, deletions);
  ASSERT_EQ(deletions.size(), wanted.size());
  for (int code : kernel_->apply(deletions)) EXPECT_EQ(code, 0);
  for (std::size_t at = 0; at < deletions.size(); ++at) {
    EXPECT_EQ(judge(deletions[at], kernel_->apply(std::span(&deletions[at], 1)).front()), Outcome::kDone);
  }
  EXPECT_TRUE(look().has({"d0", *parse_prefix("192.0.2.1/24"), std::nullopt}));
}

TEST_F(KernelTest, TellsWhatHappensAndWhoDidIt) {
  LinkWatch watch = look();
  (void)kernel_->events();
  const Address vip = address_of(virtual_address("192.0.2.100/24"));
  const Address vip6 = address_of(virtual_address("2001:db8::100/64"));
  const std::vector<Change> changes = {AddAddress{vip}, AddAddress{vip6}};
  for (int code : kernel_->apply(changes)) ASSERT_EQ(code, 0);
  for (const Change& change : changes) watch.applied(std::get<AddAddress>(change));
  LinkWatch::News news;
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  EXPECT_TRUE(news.lost.empty());
  // Ours, and at once again: not lost.
  const std::vector<Change> flap = {DeleteAddress{vip.key}, AddAddress{vip}, DeleteAddress{vip6.key}, AddAddress{vip6}};
  for (int code : kernel_->apply(flap)) ASSERT_EQ(code, 0);
  for (const Change& change : flap) {
    if (const auto* gone = std::get_if<DeleteAddress>(&change)) watch.applied(*gone, true);
    if (const auto* come = std::get_if<AddAddress>(&change)) watch.applied(*come);
  }
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  EXPECT_TRUE(news.lost.empty());
  EXPECT_TRUE(watch.has(vip.key) && watch.has(vip6.key));
  // Somebody else.
  ASSERT_TRUE(run("ip addr del 192.0.2.100/24 dev d0 && ip addr del 2001:db8::100/64 dev d0"));
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  ASSERT_EQ(news.lost.size(), 2u);
  EXPECT_EQ(news.lost[0].key, vip.key);
  EXPECT_EQ(news.lost[1].key, vip6.key);
  for (const auto& lost : news.lost) EXPECT_TRUE(lost.link_up && !lost.by_us);
  EXPECT_FALSE(watch.has(vip.key));
}

TEST_F(KernelTest, SecondariesThatGoWithTheirPrimaryAreKnownAsOurDoing) {
  LinkWatch watch = look();
  const Address first = address_of(virtual_address("203.0.113.1/24"));
  const Address second = address_of(virtual_address("203.0.113.2/24"));
  const std::vector<Change> changes = {AddAddress{first}, AddAddress{second}, DeleteAddress{first.key}};
  for (int code : kernel_->apply(changes)) ASSERT_EQ(code, 0);
  watch.applied(std::get<AddAddress>(changes[0]));
  watch.applied(std::get<AddAddress>(changes[1]));
  watch.applied(std::get<DeleteAddress>(changes[2]), true);
  LinkWatch::News news;
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  ASSERT_EQ(news.lost.size(), 1u);
  EXPECT_EQ(news.lost[0].key, second.key);
  EXPECT_TRUE(news.lost[0].by_us);
}

TEST_F(KernelTest, PromoteSecondariesIsSetAndKeepsThem) {
  LinkWatch watch = look();
  const Address first = address_of(virtual_address("203.0.113.1/24"));
  const Address second = address_of(virtual_address("203.0.113.2/24"));
  const std::vector<Change> changes = {SetPromoteSecondaries{"d0", true}, AddAddress{first}, AddAddress{second}, DeleteAddress{first.key}};
  for (int code : kernel_->apply(changes)) ASSERT_EQ(code, 0);
  EXPECT_EQ(output_of("sysctl -n net.ipv4.conf.d0.promote_secondaries"), "1\n");
  watch = look();
  EXPECT_TRUE(watch.promoted().contains("d0"));
  EXPECT_TRUE(watch.has(second.key));
}

TEST_F(KernelTest, LinksComeGoAndChangeTheirNames) {
  LinkWatch watch = look();
  (void)kernel_->events();
  ASSERT_TRUE(run("ip link add d1 type veth peer name p1 && ip link set p1 up && ip link set d1 up && ip addr add 198.51.100.1/24 dev d1"));
  LinkWatch::News news;
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  ASSERT_NE(watch.by_name("d1"), nullptr);
  const std::uint32_t index = watch.by_name("d1")->index;
  EXPECT_TRUE(watch.facts(index).up);
  EXPECT_TRUE(news.came_up.contains(index));
  EXPECT_TRUE(watch.has({"d1", *parse_prefix("198.51.100.1/24"), std::nullopt}));
  ASSERT_TRUE(run("ip link set d1 down && ip link set d1 name e1 && ip link set e1 up"));
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  EXPECT_EQ(watch.by_name("d1"), nullptr);
  ASSERT_NE(watch.by_name("e1"), nullptr);
  EXPECT_TRUE(watch.has({"e1", *parse_prefix("198.51.100.1/24"), std::nullopt}));
  const Change change = AddAddress{address_of(virtual_address("198.51.100.9/32", "e1"))};
  EXPECT_EQ(kernel_->apply(std::span(&change, 1)).front(), 0);
  ASSERT_TRUE(run("ip link del e1"));
  news = {};
  for (const KernelEvent& event : kernel_->events()) watch.hear(event, news);
  EXPECT_EQ(watch.by_name("e1"), nullptr);
  EXPECT_FALSE(watch.facts(index).present);
  for (const auto& lost : news.lost) EXPECT_FALSE(lost.link_up);
  EXPECT_EQ(kernel_->apply(std::span(&change, 1)).front(), ENODEV);
}

TEST_F(KernelTest, AThousandAddressesInOneGo) {
  look();
  std::vector<Change> changes;
  for (int at = 0; at < 1000; ++at) {
    const std::string text = "10.1." + std::to_string(at / 250) + "." + std::to_string(at % 250 + 1) + "/32";
    changes.push_back(AddAddress{address_of(virtual_address(text.c_str()))});
  }
  for (int code : kernel_->apply(changes)) ASSERT_EQ(code, 0);
  for (int code : kernel_->apply(changes)) ASSERT_EQ(code, EEXIST);  // a thousand failures are reported one by one
  LinkWatch watch = look();
  EXPECT_TRUE(watch.has({"d0", *parse_prefix("10.1.3.250/32"), std::nullopt}));
}

// ---- IPVS

class IpvsTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (auto status = kernel_->open_ipvs(); !status) GTEST_SKIP() << status.error().message;
  }
  // As a run that has just started: it has heard no wish yet, and has only the kernel to look at.
  void load(const IpvsPlan& plan, std::uint32_t weight = 3) {
    plan_ = plan;
    wishes_ = WishLedger();
    table_ = std::make_unique<TableKeeper>(*kernel_, wishes_);
    ASSERT_TRUE(table_->open(plan.lvs_flush));
    table_->touch(wishes_.set_plan(plan));
    for (const Destination& destination : plan.destinations) wish(destination.id, true, weight);
    table_->touch(wishes_.complete());
    settle();
  }
  void wish(DestinationId id, bool present, std::uint32_t weight) {
    WishLedger::Touched touched;
    ASSERT_EQ(wishes_.wish(plan_.generation, {id, present, weight}, touched), WishVerdict::kAccepted);
    table_->touch(touched);
  }
  void settle() {
    while (table_->busy()) {
      for (const Refused& refused : table_->step()) ADD_FAILURE() << to_string(refused.change) << ": " << refused.code;
    }
  }
  // ipvsadm's own rules for the table, sorted.
  static std::string table() { return output_of("ipvsadm -Sn | LC_ALL=C sort"); }
  WishLedger wishes_;
  IpvsPlan plan_;
  std::unique_ptr<TableKeeper> table_;
};

class PlanBuilder {
 public:
  PlanBuilder() { plan_.generation = 1, plan_.uses_ipvs = true; }
  PlanBuilder& service(Service service) {
    service.id = ServiceId{++last_};
    plan_.services.push_back(service);
    return *this;
  }
  PlanBuilder& service(const char* address, std::uint16_t port, const char* scheduler = "wlc", Protocol protocol = Protocol::kTcp) {
    Service fresh;
    fresh.key = {ip(address).family(), protocol, ip(address), port, 0};
    fresh.scheduler = scheduler;
    if (fresh.key.family == Family::kIpv6) fresh.netmask = 128;
    return service(fresh);
  }
  PlanBuilder& destination(Destination destination) {
    destination.id = DestinationId{++last_};
    destination.service = plan_.services.back().id;
    plan_.destinations.push_back(destination);
    return *this;
  }
  PlanBuilder& destination(const char* address, std::uint16_t port, Forwarding forwarding = Forwarding::kDirect) {
    Destination fresh;
    fresh.address = ip(address);
    fresh.port = port;
    fresh.forwarding = forwarding;
    return destination(fresh);
  }
  Service& last_service() { return plan_.services.back(); }
  Destination& last_destination() { return plan_.destinations.back(); }
  IpvsPlan plan() const { return plan_; }

 private:
  IpvsPlan plan_;
  std::uint64_t last_ = 0;
};

TEST_F(IpvsTest, EveryOptionIsWhatIpvsadmShows) {
  PlanBuilder build;
  build.service("10.200.0.1", 80, "wrr").destination("10.99.0.1", 80).destination("10.99.0.2", 8080, Forwarding::kMasquerade);
  build.service("10.200.0.2", 53, "rr", Protocol::kUdp);
  build.last_service().flags = 4;  // one packet
  build.destination("10.99.0.3", 53, Forwarding::kTunnel);
  build.last_destination().tunnel = TunnelType::kGue;
  build.last_destination().tunnel_port = 6080;
  build.last_destination().tunnel_flags = 2;  // remote checksum
  build.service("10.200.0.3", 443, "wlc");
  build.last_service().flags = 1;
  build.last_service().timeout = 600;
  build.last_service().netmask = 0xffffff00;
  build.destination("10.99.0.4", 443);
  build.last_destination().upper_threshold = 100;
  build.last_destination().lower_threshold = 50;
  build.service("2001:db8::80", 443, "sh");
  build.last_service().flags = 1 | 8 | 16;
  build.last_service().timeout = 60;
  build.last_service().netmask = 64;
  build.destination("2001:db8::a", 443).destination("10.99.0.8", 443, Forwarding::kTunnel);
  build.service("10.200.0.6", 5060, "rr", Protocol::kUdp);
  build.last_service().flags = 1;
  build.last_service().timeout = 30;
  build.last_service().persistence_engine = "sip";
  build.service("10.200.0.9", 132, "rr", Protocol::kSctp).destination("10.99.0.9", 132, Forwarding::kMasquerade);
  Service mark;
  mark.key.fwmark = 7;
  mark.scheduler = "wrr";
  build.service(mark).destination("10.99.0.5", 0);
  mark.key.family = Family::kIpv6;
  mark.netmask = 128;
  build.service(mark).destination("2001:db8::b", 0);
  load(build.plan());
  EXPECT_EQ(table(),
            "-A --sctp-service 10.200.0.9:132 -s rr\n"
            "-A -f 7 -6 -s wrr\n"
            "-A -f 7 -s wrr\n"
            "-A -t 10.200.0.1:80 -s wrr\n"
            "-A -t 10.200.0.3:443 -s wlc -p 600 -M 255.255.255.0\n"
            "-A -t [2001:db8::80]:443 -s sh -p 60 -M 64 -b sh-fallback,sh-port\n"
            "-A -u 10.200.0.2:53 -s rr -o\n"
            "-A -u 10.200.0.6:5060 -s rr -p 30 --pe sip\n"
            "-a --sctp-service 10.200.0.9:132 -r 10.99.0.9:132 -m -w 3\n"
            "-a -f 7 -6 -r [2001:db8::b]:0 -g -w 3\n"
            "-a -f 7 -r 10.99.0.5:0 -g -w 3\n"
            "-a -t 10.200.0.1:80 -r 10.99.0.1:80 -g -w 3\n"
            "-a -t 10.200.0.1:80 -r 10.99.0.2:8080 -m -w 3\n"
            "-a -t 10.200.0.3:443 -r 10.99.0.4:443 -g -w 3\n"
            "-a -t [2001:db8::80]:443 -r 10.99.0.8:443 -i -w 3 --tun-type ipip\n"
            "-a -t [2001:db8::80]:443 -r [2001:db8::a]:443 -g -w 3\n"
            "-a -u 10.200.0.2:53 -r 10.99.0.3:53 -i -w 3 --tun-type gue --tun-port 6080 --tun-remcsum\n");
  // And it is read back as it was wanted: a restart would find nothing to do.
  for (const ServiceKey& key : wishes_.keys()) {
    const auto options = kernel_->read_service(key);
    ASSERT_TRUE(options && *options) << to_string(key);
    EXPECT_EQ(**options, wishes_.wanted(key)->options) << to_string(key);
    EXPECT_EQ(*kernel_->read_destinations(key), wishes_.wanted(key)->destinations) << to_string(key);
  }
  const std::string thresholds = output_of("ipvsadm -Ln --thresholds | grep 10.99.0.4:443 | tr -s ' '");
  EXPECT_NE(thresholds.find(" 100 50 "), std::string::npos) << thresholds;
}

TEST_F(IpvsTest, ASecondLookFindsNoDifferenceAndAReloadOnlyWhatChanged) {
  PlanBuilder build;
  build.service("10.200.0.1", 80).destination("10.99.0.1", 80).destination("10.99.0.2", 80);
  build.service("10.200.0.2", 80).destination("10.99.0.1", 80);
  load(build.plan());
  const std::string before = table();
  // What a restarted ipvsd does: it has only the kernel to look at.
  WishLedger fresh;
  TableKeeper keeper(*kernel_, fresh);
  ASSERT_TRUE(keeper.open(false));
  keeper.touch(fresh.set_plan(build.plan()));
  WishLedger::Touched touched;
  for (const Destination& destination : build.plan().destinations) fresh.wish(1, {destination.id, true, 3}, touched);
  keeper.touch(fresh.complete());
  while (keeper.busy()) EXPECT_TRUE(keeper.step().empty());
  EXPECT_EQ(table(), before);
  ASSERT_TRUE(run("ipvsadm -Z -t 10.200.0.1:80"));  // still the same service, with its statistics
  // Another scheduler, one destination less, a service less.
  IpvsPlan plan = build.plan();
  plan.generation = 2;
  plan.services[0].scheduler = "rr";
  plan.services.pop_back();
  plan.destinations.erase(plan.destinations.begin() + 1, plan.destinations.end());
  keeper.touch(fresh.set_plan(plan));
  while (keeper.busy()) EXPECT_TRUE(keeper.step().empty());
  EXPECT_EQ(table(), "-A -t 10.200.0.1:80 -s rr\n-a -t 10.200.0.1:80 -r 10.99.0.1:80 -g -w 3\n");
}

TEST_F(IpvsTest, ATableThatSomebodyChangedIsPutRight) {
  PlanBuilder build;
  build.service("10.200.0.1", 80).destination("10.99.0.1", 80).destination("10.99.0.2", 80);
  load(build.plan());
  const std::string before = table();
  for (const char* mischief : {"ipvsadm -C", "ipvsadm -d -t 10.200.0.1:80 -r 10.99.0.1:80", "ipvsadm -D -t 10.200.0.1:80"}) {
    ASSERT_TRUE(run(mischief));
    wish(build.plan().destinations[0].id, true, 9);
    settle();
    wish(build.plan().destinations[0].id, true, 3);
    settle();
    EXPECT_EQ(table(), before) << mischief;
  }
  ASSERT_TRUE(run("ipvsadm -C"));
  IpvsPlan plan = build.plan();
  plan.services.clear();
  plan.destinations.clear();
  table_->touch(wishes_.set_plan(plan));
  settle();
  EXPECT_EQ(table(), "");
}

TEST_F(IpvsTest, ForeignServicesStayUnlessTheyAreToBeFlushed) {
  ASSERT_TRUE(run("ipvsadm -A -t 10.250.0.1:80 -s rr && ipvsadm -a -t 10.250.0.1:80 -r 10.99.0.1:80 -g"));
  ASSERT_TRUE(run("ipvsadm -A -t 10.200.0.1:80 -s rr && ipvsadm -a -t 10.200.0.1:80 -r 10.99.0.77:80 -g"));
  PlanBuilder build;
  build.service("10.200.0.1", 80).destination("10.99.0.1", 80);
  load(build.plan());
  EXPECT_EQ(table(),
            "-A -t 10.200.0.1:80 -s wlc\n-A -t 10.250.0.1:80 -s rr\n"
            "-a -t 10.200.0.1:80 -r 10.99.0.1:80 -g -w 3\n-a -t 10.250.0.1:80 -r 10.99.0.1:80 -g -w 1\n");
  EXPECT_TRUE(table_->finish().empty());
  EXPECT_EQ(table(), "-A -t 10.250.0.1:80 -s rr\n-a -t 10.250.0.1:80 -r 10.99.0.1:80 -g -w 1\n");
  IpvsPlan flushing = build.plan();
  flushing.lvs_flush = true;
  load(flushing);
  EXPECT_EQ(table(), "-A -t 10.200.0.1:80 -s wlc\n-a -t 10.200.0.1:80 -r 10.99.0.1:80 -g -w 3\n");
}

TEST_F(IpvsTest, WhatTheKernelRefusesIsToldAndTheRestHappens) {
  PlanBuilder build;
  build.service("10.200.0.1", 80, "nonsense").destination("10.99.0.1", 80);
  build.service("10.200.0.2", 80).destination("10.99.0.1", 80);
  build.last_destination().lower_threshold = 9;  // above the upper one
  build.last_destination().upper_threshold = 5;
  build.destination("10.99.0.2", 80);
  plan_ = build.plan();
  TableKeeper keeper(*kernel_, wishes_);
  ASSERT_TRUE(keeper.open(false));
  keeper.touch(wishes_.set_plan(plan_));
  WishLedger::Touched touched;
  for (const Destination& destination : plan_.destinations) wishes_.wish(1, {destination.id, true, 3}, touched);
  keeper.touch(wishes_.complete());
  std::vector<std::string> refused;
  for (int steps = 0; keeper.busy() && steps < 10; ++steps) {
    for (const Refused& refusal : keeper.step()) refused.push_back(to_string(refusal.change) + " " + std::to_string(refusal.code));
  }
  EXPECT_FALSE(keeper.busy());
  EXPECT_EQ(refused, (std::vector<std::string>{"add service TCP 10.200.0.1:80 scheduler nonsense " + std::to_string(ENOENT),
                                               "add destination 10.99.0.1:80 to service TCP 10.200.0.2:80 " + std::to_string(ERANGE)}));
  EXPECT_EQ(table(), "-A -t 10.200.0.2:80 -s wlc\n-a -t 10.200.0.2:80 -r 10.99.0.2:80 -g -w 3\n");
}

// Not a limit, a figure: what it took is printed beside what ipvsadm takes for the same table.
TEST_F(IpvsTest, ManyServices) {
  constexpr int kServices = 1000;
  PlanBuilder build;
  std::string rules;
  for (int at = 0; at < kServices; ++at) {
    const std::string service = "10.200." + std::to_string(at >> 8) + "." + std::to_string(at & 255);
    build.service(service.c_str(), 80);
    rules += "-A -t " + service + ":80 -s wlc\n";
    for (int real = 1; real <= 4; ++real) {
      const std::string address = "10.99.0." + std::to_string(real);
      build.destination(address.c_str(), 80);
      rules += "-a -t " + service + ":80 -r " + address + ":80 -g -w 3\n";
    }
  }
  const auto timed = [](auto work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  };
  FILE* ipvsadm = ::popen("ipvsadm -R", "w");
  const auto theirs = timed([&] {
    std::fputs(rules.c_str(), ipvsadm);
    ::pclose(ipvsadm);
  });
  const std::string wanted = table();
  ASSERT_TRUE(run("ipvsadm -C"));
  const auto ours = timed([&] { load(build.plan()); });
  EXPECT_EQ(table(), wanted);
  const auto again = timed([&] { load(build.plan()); });
  const auto end = timed([&] { EXPECT_TRUE(table_->finish().empty()); });
  EXPECT_EQ(table(), "");
  std::printf("%d services with 4 destinations: load %ld ms, look again %ld ms, delete %ld ms; ipvsadm -R %ld ms\n", kServices,
              static_cast<long>(ours), static_cast<long>(again), static_cast<long>(end), static_cast<long>(theirs));
}

}  // namespace
}  // namespace holdfast
