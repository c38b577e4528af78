// virtual_server, its group, its servers and their checks: what is bound and what is said.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/model/bound.h"

namespace holdfast::model {
namespace {

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

std::string service(std::string_view body) {
  return "virtual_server 10.0.0.1 80 {\n" + std::string(body) + "\nreal_server 10.0.1.1 80 {\n}\n}\n";
}
std::string check_block(std::string_view body) {
  return "virtual_server 10.0.0.1 80 {\nreal_server 10.0.1.1 80 {\n" + std::string(body) + "\n}\n}\n";
}

const std::string kSession = "bfd_instance b {\nneighbor_ip 10.0.1.1\n}\n";

TEST(VirtualServer, Everything) {
  const Bound bound(service(R"(
    lvs_sched mh
    mh-port
    mh-fallback
    ops
    lvs_method TUN type gue port 5555 csum
    protocol udp
    persistence_engine sip
    persistence_timeout
    persistence_granularity 255.255.255.0
    quorum 3
    hysteresis 1
    quorum_up "/bin/up x" daemon
    weight 5
    retry 2
    delay_before_retry 0.5
    warmup 0
    connect_timeout 1.5
    delay_loop 7
    alpha
    omega
    inhibit_on_failure
    virtualhost example.org
    sorry_server 10.0.1.9 8080
    sorry_server_inhibit
    sorry_server_lvs_method DR
  )"));
  EXPECT_EQ(bound.codes(), Codes{"script-security"}) << bound.said();
  ASSERT_EQ(bound.configuration.virtual_servers.size(), 1u);
  const VirtualServer& service = bound.configuration.virtual_servers[0];
  EXPECT_EQ(std::get<ServiceAddress>(service.key).address, ip("10.0.0.1"));
  EXPECT_EQ(std::get<ServiceAddress>(service.key).port, 80);
  EXPECT_EQ(*service.scheduler, "mh");
  EXPECT_TRUE(*service.flag_1 && *service.flag_2 && *service.ops && !service.flag_3);
  EXPECT_EQ(service.lvs_method->forwarding, Forwarding::kTunnel);
  EXPECT_EQ(service.lvs_method->tunnel, TunnelType::kGue);
  EXPECT_EQ(service.lvs_method->tunnel_port, 5555);
  EXPECT_EQ(service.lvs_method->tunnel_flags, 1);
  EXPECT_EQ(*service.protocol, Protocol::kUdp);
  EXPECT_EQ(*service.persistence_engine, "sip");
  EXPECT_EQ(*service.persistence_timeout, 360u);
  EXPECT_EQ(*service.persistence_granularity, 0xffffff00u);
  EXPECT_FALSE(*service.granularity_is_ipv6);
  EXPECT_EQ(*service.quorum, 3u);
  EXPECT_EQ(*service.hysteresis, 1u);
  EXPECT_EQ(service.quorum_up->argv, (std::vector<std::string>{"/bin/up", "x"}));
  EXPECT_EQ(service.quorum_up->identity.user, "daemon");
  EXPECT_EQ(*service.weight, 5u);
  EXPECT_EQ(*service.settings.retry, 2u);
  EXPECT_EQ(*service.settings.delay_before_retry, Duration(500'000));
  EXPECT_TRUE(service.settings.warmup.set && *service.settings.warmup == Duration(0));
  EXPECT_EQ(*service.settings.connect_timeout, Duration(1'500'000));
  EXPECT_EQ(*service.settings.delay_loop, Duration(7'000'000));
  EXPECT_TRUE(*service.settings.alpha && *service.omega && *service.inhibit_on_failure);
  EXPECT_EQ(*service.virtualhost, "example.org");
  ASSERT_TRUE(service.sorry.has_value());
  EXPECT_EQ(service.sorry->address, ip("10.0.1.9"));
  EXPECT_EQ(*service.sorry->port, 8080);
  EXPECT_TRUE(*service.sorry->inhibit);
  EXPECT_EQ(service.sorry->lvs_method->forwarding, Forwarding::kDirect);
}

TEST(VirtualServer, Keys) {
  const std::string server = " {\nreal_server 10.0.1.1 80 {\n}\n}\n";
  const Bound bound("virtual_server 10.0.0.1" + server + "virtual_server fwmark 5" + server + "virtual_server group g" + server +
                    "virtual_server fwmark" + server + "virtual_server x 80" + server + "virtual_server 10.0.0.1 99999" + server);
  EXPECT_EQ(bound.codes(), (Codes{"missing-value", "not-an-address", "number-out-of-range"})) << bound.said();
  const auto& services = bound.configuration.virtual_servers;
  ASSERT_EQ(services.size(), 3u);
  EXPECT_EQ(std::get<ServiceAddress>(services[0].key).port, 0);
  EXPECT_EQ(std::get<ServiceMark>(services[1].key).mark, 5u);
  EXPECT_EQ(std::get<ServiceGroup>(services[2].key).name, "g");
}

struct Case {
  const char* what;
  std::string text;
  Codes codes;
};

TEST(VirtualServer, Mistakes) {
  const Case cases[] = {
      {"no servers", "virtual_server 10.0.0.1 80 {\n}", {"service-without-servers"}},
      {"no such scheduler", service("lvs_sched wcl"), {"unknown-word"}},
      {"no such method", service("lvs_method NTA"), {"unknown-option"}},
      {"gue without port", service("lvs_method TUN type gue"), {"bad-tunnel"}},
      {"gre with port", service("lvs_method TUN type gre port 5"), {"bad-tunnel"}},
      {"NAT with a tunnel", service("lvs_method NAT type gre"), {"bad-tunnel"}},
      {"unknown options of a regular expression", check_block("HTTP_GET {\nurl {\npath /\nregex_options caseless foo\n}\n}"),
       {"unknown-option"}},
      {"a flag before its scheduler", service("sh-port\nlvs_sched sh"), {"wrong-scheduler"}},
      {"the other scheduler", service("lvs_sched sh\nmh-port"), {"no-effect"}},
      {"a sorry method before the server", service("sorry_server_inhibit"), {"wrong-order"}},
      {"an obsolete keyword", service("hashed"), {"no-effect", "wrong-scheduler"}},
      {"a bad mask", service("persistence_granularity 300"), {"bad-granularity"}},
      {"a long engine", service("persistence_engine abcdefghijklmnopq"), {"name-too-long"}},
      {"quorum 0", service("quorum 0"), {"number-out-of-range"}},
      {"the argument form is no keyword", service("fwmark 5"), {"unknown-keyword"}},
      {"another family", service("ip_family inet6"), {"other-family"}},
      {"suspension", service("ha_suspend"), {}},
      {"no URL", check_block("HTTP_GET {\n}"), {"check-without-url"}},
      {"a URL without path", check_block("HTTP_GET {\nurl {\n}\n}"), {"url-without-path", "check-without-url"}},
      {"no path", check_block("MISC_CHECK {\n}"), {"check-without-path"}},
      {"a bad digest", check_block("HTTP_GET {\nurl {\npath /\ndigest xyz\n}\n}"), {"bad-digest"}},
      {"a bad status", check_block("HTTP_GET {\nurl {\npath /\nstatus_code 99 200 300-200\n}\n}"), {"number-out-of-range", "invalid-range"}},
      {"a regular expression", check_block("HTTP_GET {\nurl {\npath /\nregex it x2\n}\n}"), {"one-expression"}},
      {"a good one", check_block("HTTP_GET {\nurl {\npath /\nregex \"it {2}\"\nregex_options caseless utf\nregex_stack 1024 4096\n}\n}"), {}},
      {"a stack upside down", check_block("HTTP_GET {\nurl {\npath /\nregex_stack 9 8\n}\n}"), {"stack-order"}},
      {"our own words", check_block("SSL_GET {\nhttp_method HEAD\nhttp_header \"A: b\"\ntls_verify_name a.example.org\ntls_days_left 9\nrise 3\nurl {\npath /\n}\n}"), {}},
      {"a header that is none", check_block("HTTP_GET {\nhttp_header nothing\nurl {\npath /\n}\n}"), {"bad-header"}},
      {"bad octets", check_block("UDP_CHECK {\npayload 0g\n}"), {"bad-octets"}},
      {"X in what is sent", check_block("UDP_CHECK {\npayload 0X\n}"), {"bad-octets"}},
      {"X in what comes", check_block("UDP_CHECK {\nrequire_reply 0X 1 x2ab\n}"), {}},
      {"a range of nothing", check_block("UDP_CHECK {\nmin_reply_length 300\n}"), {"empty-range"}},
      {"an empty label", check_block("DNS_CHECK {\nname a..b\n}"), {"bad-domain"}},
      {"a name with a dot behind", check_block("DNS_CHECK {\nname example.org.\n}"), {}},
      {"the root", check_block("DNS_CHECK {\nname .\n}"), {}},
      {"two names", check_block("DNS_CHECK {\nname a\nname b\n}"), {"already-set"}},
      {"old hosts", check_block("SMTP_CHECK {\nhost {\nconnect_port 26\n}\n}"), {"deprecated"}},
      {"two families", check_block("TCP_CHECK {\nconnect_ip 10.0.0.1\nbindto fe80::1\n}"), {"other-family"}},
      {"a question", check_block("DNS_CHECK {\ntype A\nname example.org\nretry 5\n}"), {}},
      {"its mistakes", check_block("DNS_CHECK {\ntype B\nretry x\n}"), {"unknown-option", "invalid-number"}},
      {"a check of nothing", check_block("FILE_CHECK {\n}\nBFD_CHECK {\n}"),
       {"check-without-name", "check-without-name"}},
      {"checks of what is not there", check_block("FILE_CHECK {\ntrack_file f\n}\nBFD_CHECK {\nname b\n}"),
       {"undefined-reference", "undefined-reference"}},
      {"a check of a file", "track_file f {\nfile /f\n}\n" + check_block("FILE_CHECK {\ntrack_file f\nweight -2147483647 reverse\n}"), {}},
      {"two files, one is not there", "track_file f {\nfile /f\n}\n" + check_block("FILE_CHECK {\ntrack_file f\ntrack_file g\n}"),
       {"repeated-keyword", "undefined-reference"}},
      {"a weight and more", "track_file f {\nfile /f\n}\n" + check_block("FILE_CHECK {\ntrack_file f\nweight 1 sideways\n}"), {"unknown-option"}},
      {"a check of a session", kSession + check_block("BFD_CHECK {\nname b\nalpha\n}"), {}},
      {"a session twice", kSession + check_block("BFD_CHECK {\nname b\n}\nBFD_CHECK {\nname b\n}"), {"duplicate-entry"}},
      {"two sessions in one check", kSession + check_block("BFD_CHECK {\nname b\nname b\n}"), {"repeated-keyword", "duplicate-entry"}},
      {"a session that is for vrrp only", "bfd_instance b {\nneighbor_ip 10.0.1.1\nvrrp\n}\n" + check_block("BFD_CHECK {\nname b\n}"),
       {"undefined-reference"}},
      {"an old retry", check_block("HTTP_GET {\nnb_get_retry 3\nurl {\npath /\n}\n}"), {"deprecated"}},
      {"tolerant number", check_block("TCP_CHECK {\nretry 3x\n}"), {"trailing-characters"}},
  };
  for (const Case& one : cases) {
    const Bound bound(one.text);
    EXPECT_EQ(bound.codes(), one.codes) << one.what << "\n" << bound.said();
  }
}

TEST(Group, Members) {
  const Bound bound(R"(virtual_server_group g {
      10.0.0.1 80
      10.0.0.2-9 80
      10.0.0.20-10.0.0.25
      10.0.1.0/30 443
      2001:db8::1-ff
      fwmark 7
      fwmark 8 inet6
    })");
  ASSERT_EQ(bound.codes(), Codes{}) << bound.said();
  const ServerGroup& group = bound.configuration.server_groups[0];
  ASSERT_EQ(group.ranges.size(), 5u);
  EXPECT_EQ(group.ranges[0].first, group.ranges[0].last);
  EXPECT_EQ(group.ranges[1].last, ip("10.0.0.9"));
  EXPECT_EQ(group.ranges[2].last, ip("10.0.0.25"));
  EXPECT_EQ(group.ranges[2].port, 0);
  EXPECT_EQ(group.ranges[3].last, ip("10.0.1.3"));
  EXPECT_EQ(group.ranges[3].port, 443);
  EXPECT_EQ(group.ranges[4].last, ip("2001:db8::ff"));
  ASSERT_EQ(group.marks.size(), 2u);
  EXPECT_FALSE(group.marks[0].family);
  EXPECT_EQ(*group.marks[1].family, Family::kIpv6);
}

TEST(Group, Mistakes) {
  const Bound bound("virtual_server_group g {\n 10.0.0.9-2\n 10.0.0.1/24\n 10.0.0.1-fe80::1\n x\n 10.0.0.1 x\n fwmark\n fwmark 1 inet4\n}");
  EXPECT_EQ(bound.codes(), (Codes{"invalid-range", "host-bits-set", "invalid-range", "not-an-address", "invalid-number", "missing-value",
                                  "unknown-word", "empty-group"}))
      << bound.said();
}

constexpr const char* kChecks = R"(
    weight 3
    inhibit_on_failure off
    uthreshold 9
    notify_down /bin/down
    TCP_CHECK {
      connect_ip 10.0.9.9
      connect_port 81
      bindto 10.0.9.1
      bind_port 5
      bind_if eth0
      fwmark 16
      connect_timeout 2
      retry 0
      delay_loop 3.5
      alpha off
      log_all_failures
    }
    SSL_GET {
      enable_sni
      http_protocol 1.1
      virtualhost a.example.org
      fast_recovery
      url {
        path /one
        status_code 200 300-302
        digest 0123456789ABCDEF0123456789abcdef
      }
      url {
        path /two
        virtualhost b.example.org
      }
    }
    MISC_CHECK {
      user nobody
      misc_path "/bin/check a"
      misc_timeout 4
      misc_dynamic
    }
    PING_CHECK {
    }
    DNS_CHECK {
      type AAAA
      name www.example.org
    }
    UDP_CHECK {
      payload "0001 a ff"
      require_reply 4X x
      min_reply_length 2
      max_reply_length 9
    }
    SMTP_CHECK {
      helo_name me.example.org
      host {
        connect_ip 10.0.1.7
        retry 4
      }
    })";

TEST(Checks, AllKinds) {
  const Bound bound(check_block(kChecks));
  EXPECT_EQ(bound.codes(), (Codes{"deprecated", "script-security"})) << bound.said();
  const RealServer& server = bound.configuration.virtual_servers[0].servers[0];
  EXPECT_EQ(*server.weight, 3u);
  EXPECT_TRUE(server.inhibit_on_failure.set && !*server.inhibit_on_failure);
  EXPECT_EQ(*server.uthreshold, 9u);
  ASSERT_EQ(server.checks.size(), 7u);
  const Check& tcp = server.checks[0];
  EXPECT_TRUE(std::holds_alternative<TcpSettings>(tcp.what));
  EXPECT_EQ(*tcp.connection.connect_ip, ip("10.0.9.9"));
  EXPECT_EQ(*tcp.connection.connect_port, 81);
  EXPECT_EQ(*tcp.connection.fwmark, 16u);
  EXPECT_TRUE(tcp.settings.retry.set && *tcp.settings.retry == 0);
  EXPECT_EQ(*tcp.settings.delay_loop, Duration(3'500'000));
  EXPECT_TRUE(tcp.settings.alpha.set && !*tcp.settings.alpha);
  EXPECT_TRUE(*tcp.log_all_failures);
  const auto& tls = std::get<HttpSettings>(server.checks[1].what);
  EXPECT_TRUE(tls.tls && *tls.enable_sni && *tls.fast_recovery);
  EXPECT_EQ(*tls.http_protocol, HttpProtocol::kHttp11Close);
  ASSERT_EQ(tls.urls.size(), 2u);
  EXPECT_EQ(tls.urls[0].status_codes, (std::vector<std::pair<std::uint16_t, std::uint16_t>>{{200, 200}, {300, 302}}));
  EXPECT_EQ(*tls.urls[0].digest, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(*tls.urls[1].virtualhost, "b.example.org");
  const auto& misc = std::get<MiscSettings>(server.checks[2].what);
  EXPECT_EQ(misc.command->argv, (std::vector<std::string>{"/bin/check", "a"}));
  EXPECT_EQ(misc.command->identity.user, "nobody");
  EXPECT_EQ(*misc.timeout, Duration(4'000'000));
  EXPECT_TRUE(*misc.dynamic);
  EXPECT_TRUE(std::holds_alternative<PingSettings>(server.checks[3].what));
  const auto& dns = std::get<DnsSettings>(server.checks[4].what);
  EXPECT_EQ(*dns.type, 28);
  EXPECT_EQ(*dns.name, "www.example.org");
  const auto& udp = std::get<UdpSettings>(server.checks[5].what);
  EXPECT_EQ(*udp.payload, std::string("\x00\x01\x0a\xff", 4));
  EXPECT_TRUE(*udp.require_reply);
  EXPECT_EQ(udp.reply, std::string("\x40\x00", 2));
  EXPECT_EQ(udp.reply_mask, std::string("\xf0\xf0", 2)) << "a lone X is the lower digit of an octet";
  EXPECT_EQ(*udp.max_reply_length, 9);
  const auto& smtp = std::get<SmtpSettings>(server.checks[6].what);
  EXPECT_EQ(*smtp.helo_name, "me.example.org");
  ASSERT_EQ(smtp.hosts.size(), 1u);
  EXPECT_EQ(*smtp.hosts[0].connect_ip, ip("10.0.1.7"));
  EXPECT_FALSE(server.checks[6].connection.connect_ip);
  EXPECT_EQ(*server.checks[6].settings.retry, 4u) << "that is said to the whole check";
}

}  // namespace
}  // namespace holdfast::model
