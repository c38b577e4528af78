// holdfast-checkerd and holdfast-worker as they are, sandbox included, against servers that behave and misbehave on the loopback.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <csignal>

#include "checkerd/worker/probe/digest.h"
#include "proto/value/script_plan.h"
#include "tests/fake/backend.h"
#include "tests/unit/checkerd/plans.h"
#include "tests/unit/checkerd/rig.h"

namespace holdfast {
namespace {

using namespace testing;
using fake::Backend;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Fast times for tests: the first run comes after 1 s, the next ones every 0.2 s.
Check hurry(Check check, std::uint16_t port) {
  check.address = *IpAddress::parse("127.0.0.1");
  check.port = port;
  check.delay_loop = 200 * kMillisecond;
  check.delay_before_retry = 100 * kMillisecond;
  check.connect_timeout = 500 * kMillisecond;
  check.retries = 1;
  check.enabled_log = true;
  return check;
}

Check tcp_at(std::uint64_t id, std::uint16_t port) { return hurry(tcp(id), port); }

Check web_at(std::uint64_t id, std::uint16_t port, std::string path = "/", std::string digest = "") {
  Check check = hurry(web(id), port);
  HttpUrl& url = std::get<HttpCheck>(check.what).urls[0];
  url.path = std::move(path);
  url.digest = std::move(digest);
  return check;
}

Check tls_at(std::uint64_t id, std::uint16_t port, std::string sni) {
  Check check = web_at(id, port);
  auto& http = std::get<HttpCheck>(check.what);
  http.tls = true;
  http.enable_sni = !sni.empty();
  http.virtualhost = std::move(sni);
  return check;
}

CheckPlan one_server(Check check) { return plan({service(1, 1, 0, {server(1, 1, {std::move(check)})})}); }

struct Checkerd : ::testing::Test {
  Rig rig;
  ~Checkerd() override {
    if (HasFailure()) {
      for (const std::string& line : rig.log) std::fprintf(stderr, "log: %s\n", line.c_str());
    }
  }
  bool up(std::uint64_t check) { return rig.verdicts.contains(check) && rig.verdicts[check].up && rig.verdicts[check].known; }
  bool down(std::uint64_t check) { return rig.verdicts.contains(check) && !rig.verdicts[check].up && rig.verdicts[check].known; }
  bool event(const std::string& text) { return std::ranges::count(rig.events, text) > 0; }
};

TEST_F(Checkerd, TcpGoesDownAndComesBack) {
  Backend backend(rig.loop);
  rig.send_plan(one_server(tcp_at(11, backend.port())));
  ASSERT_TRUE(rig.until([&] { return up(11); }));
  EXPECT_TRUE(backend.requests.empty()) << "a TCP check sends nothing";
  EXPECT_THAT(rig.events, ElementsAre("ready", "server 1 up initial", "quorum 1 up initial", "applied 1"));
  EXPECT_THAT(rig.wishes, ElementsAre("1=1", "complete 1"));
  backend.close();
  ASSERT_TRUE(rig.until([&] { return event("quorum 1 down"); }));
  EXPECT_THAT(rig.table, IsEmpty());
  backend.open();
  ASSERT_TRUE(rig.until([&] { return event("quorum 1 up"); }));
  EXPECT_EQ(rig.table[1], 1u);
  for (const char* line :
       {"Gained quorum 1+0=1 <= 1 for VS [10.9.0.1]:tcp:80", "Activating healthchecker for service [10.9.1.1]:tcp:80 for VS [10.9.0.1]:tcp:80",
        "TCP connection to [10.9.1.1]:tcp:80 failed.", "TCP_CHECK on service [10.9.1.1]:tcp:80 failed after 1 retries.",
        "Removing service [10.9.1.1]:tcp:80 from VS [10.9.0.1]:tcp:80", "Lost quorum 1-0=1 > 0 for VS [10.9.0.1]:tcp:80",
        "TCP connection to [10.9.1.1]:tcp:80 success.", "Adding service [10.9.1.1]:tcp:80 to VS [10.9.0.1]:tcp:80"}) {
    EXPECT_TRUE(rig.logged(line)) << line;
  }
}

wire::ParentToCheckerd told(std::uint64_t tracker, std::int64_t value) {
  wire::ParentToCheckerd message;
  message.mutable_tracker_told()->set_tracker(tracker);
  message.mutable_tracker_told()->set_value(value);
  return message;
}

TEST_F(Checkerd, FilesAndSessionsDecideWithoutARun) {
  rig.send(told(5, 3));
  rig.send_plan(plan({service(1, 1, 0, {server(1, 5, {file(11, 5, 10)}), server(2, 5, {file(12, 5, 0)}), server(3, 5, {bfd(13, 6)})})}));
  ASSERT_TRUE(rig.until([&] { return event("applied 1"); }));
  EXPECT_THAT(rig.wishes, ElementsAre("1=35", "complete 1")) << "nobody comes only to go";
  rig.send(told(5, 0));
  rig.send(told(6, 1));
  ASSERT_TRUE(rig.until([&] { return rig.table.size() == 3; }));
  EXPECT_EQ(rig.table[1], 5u);
  rig.send(told(6, 0));
  ASSERT_TRUE(rig.until([&] { return !rig.table.contains(3); }));
  EXPECT_TRUE(rig.logged("([10.9.1.2]:tcp:80): tracked file load leaving FAULT state"));
  EXPECT_TRUE(rig.logged("BFD check of [b] RS([10.9.1.3]:tcp:80) is DOWN"));
}

TEST_F(Checkerd, HttpServersOfEveryKind) {
  const std::string hello = "5d41402abc4b2a76b9719d911017c592";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  Digest wire;
  wire.update(std::string_view("5\r\nhello\r\n0\r\n\r\n"));
  const std::string chunked_digest = to_hex(wire.finish());
  std::string long_header = "HTTP/1.0 200 OK\r\n";
  while (long_header.size() < 200'000) long_header += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  struct Row {
    const char* name;
    std::string answer, digest;
    bool answers, closes, up;
    const char* line;  // expected in the log
  };
  const std::vector<Row> rows = {
      {"ok", "HTTP/1.0 200 OK\r\n\r\nhello", "", true, true, true, "succeed on service."},
      {"digest", "HTTP/1.0 200 OK\r\n\r\nhello", hello, true, true, true, "succeed on service."},
      {"kept open with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", hello, true, false, true, "succeed on service."},
      {"short body", "HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello", hello, true, true, true,
       "content_length (50) does not match received bytes (5)"},
      {"chunked", chunked, chunked_digest, true, true, true, "succeed on service."},
      {"wrong digest", "HTTP/1.0 200 OK\r\n\r\nhullo", hello, true, true, false, "MD5 digest error to server [10.9.1.6]:tcp:80."},
      {"wrong status", "HTTP/1.0 503 Busy\r\n\r\nhello", "", true, true, false, "HTTP status code error to server [10.9.1.7]:tcp:80."},
      {"garbage", std::string("\0\1\2nonsense\r\n\r\n", 15), "", true, true, false, "Read error with server [10.9.1.8]:tcp:80 ("},
      {"endless header", long_header, "", true, false, false, "header longer than 16384 octets"},
      {"closes at once", "", "", true, true, false, "Read, no data received from  server [10.9.1.10]:tcp:80."},
      {"silent", "", "", false, false, false, "Timeout HTTP read server [10.9.1.11]:tcp:80."},
      {"header without end", "HTTP/1.0 200 OK\r\nServer: x\r\n", "", true, false, false, "Timeout HTTP read server [10.9.1.12]:tcp:80."},
  };
  std::vector<std::unique_ptr<Backend>> backends;
  std::vector<CheckedServer> servers;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    backends.push_back(std::make_unique<Backend>(rig.loop));
    backends.back()->answer = rows[at].answer;
    backends.back()->answers = rows[at].answers;
    backends.back()->closes = rows[at].closes;
    servers.push_back(server(at + 1, 1, {web_at(100 + at, backends.back()->port(), "/" + std::to_string(at), rows[at].digest)}));
  }
  rig.send_plan(plan({service(1, 1, 0, servers)}));
  ASSERT_TRUE(rig.until([&] { return rig.verdicts.size() == rows.size(); }));
  for (std::size_t at = 0; at < rows.size(); ++at) {
    SCOPED_TRACE(rows[at].name);
    EXPECT_EQ(up(100 + at), rows[at].up);
    EXPECT_EQ(rig.table.contains(at + 1), rows[at].up);
    EXPECT_TRUE(rig.logged(rows[at].line));
    ASSERT_FALSE(backends[at]->requests.empty());
    EXPECT_EQ(backends[at]->requests[0], "GET /" + std::to_string(at) + " HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:" +
                                             std::to_string(backends[at]->port()) + "\r\n\r\n");
  }
}

TEST_F(Checkerd, SlowIsNotDeadButEndlessIs) {
  Backend slow(rig.loop), endless(rig.loop);
  slow.answer = "HTTP/1.0 200 OK\r\n\r\n";
  slow.trickle = 60 * kMillisecond;  // longer in all than its timeout, never a timeout without progress
  endless.answer = "HTTP/1.0 200 OK\r\n\r\n" + std::string(5'000, 'x');
  endless.trickle = 20 * kMillisecond;
  rig.send_plan(plan({service(1, 1, 0, {server(1, 1, {web_at(11, slow.port())}), server(2, 1, {web_at(12, endless.port())})})}));
  ASSERT_TRUE(rig.until([&] { return up(11) && down(12); }, 10 * kSecond));
  EXPECT_THAT(rig.events, Not(Contains("stuck 0")));
}

TEST_F(Checkerd, TlsServers) {
  Backend tls(rig.loop, Backend::Transport::kTls), no_name(rig.loop, Backend::Transport::kTls), plain(rig.loop), silent(rig.loop);
  plain.answer = "SSH-2.0-x\r\n";
  silent.answers = false;
  rig.send_plan(plan({service(1, 1, 0, {server(1, 1, {tls_at(11, tls.port(), "www.example.org")}), server(2, 1, {tls_at(12, no_name.port(), "")}),
                                        server(3, 1, {tls_at(13, plain.port(), "")}), server(4, 1, {tls_at(14, silent.port(), "")})})}));
  ASSERT_TRUE(rig.until([&] { return rig.verdicts.size() == 4; }));
  EXPECT_TRUE(up(11));
  EXPECT_TRUE(up(12));
  EXPECT_TRUE(down(13));
  EXPECT_TRUE(down(14));
  EXPECT_THAT(tls.server_names, Contains("www.example.org"));
  EXPECT_THAT(no_name.server_names, Not(Contains(Not(std::string()))));
  EXPECT_THAT(tls.requests[0], ::testing::HasSubstr("\r\nHost: www.example.org\r\n\r\n"));
  EXPECT_TRUE(rig.logged("Timeout connecting server [10.9.1.4]:tcp:80."));
}

TEST_F(Checkerd, SorryServerTakesOverAndGivesBackInOrder) {
  Backend one(rig.loop), two(rig.loop);
  CheckedService it = service(1, 2, 0, {server(1, 1, {tcp_at(11, one.port())}), server(2, 1, {tcp_at(12, two.port())})});
  it.sorry = server(9, 1, {});
  rig.send_plan(plan({it}));
  ASSERT_TRUE(rig.until([&] { return up(11) && up(12); }));
  rig.wishes.clear();
  two.close();
  ASSERT_TRUE(rig.until([&] { return rig.wishes.size() == 3; }));
  EXPECT_THAT(rig.wishes, ElementsAre("9=1", "1-", "2-"));
  rig.wishes.clear();
  two.open();
  ASSERT_TRUE(rig.until([&] { return rig.wishes.size() == 3; }));
  EXPECT_THAT(rig.wishes, ElementsAre("1=1", "2=1", "9-"));
}

TEST_F(Checkerd, EveryFreshLinkToIpvsdHearsEverything) {
  Backend backend(rig.loop);
  CheckedService it = service(1, 1, 0, {server(1, 3, {tcp_at(11, backend.port())}), server(2, 1, {tcp_at(12, 1)})});
  it.servers[1].inhibit_on_failure = true;
  rig.send_plan(plan({it}));
  ASSERT_TRUE(rig.until([&] { return up(11) && down(12); }));
  rig.start_ipvsd();
  ASSERT_TRUE(rig.until([&] { return !rig.wishes.empty() && rig.wishes.back() == "complete 1"; }));
  EXPECT_THAT(rig.wishes, ElementsAre("1=3", "2=0", "complete 1"));
  rig.wishes.clear();
  rig.refuse_wish(2);
  ASSERT_TRUE(rig.until([&] { return !rig.wishes.empty(); }));
  EXPECT_EQ(rig.wishes[0], "2=0") << "a refused wish is said again";
}

TEST_F(Checkerd, ADeadWorkerTakesNoServerWithIt) {
  Backend backend(rig.loop);
  backend.answers = false;  // the probe is in the worker until we say so
  Check check = web_at(11, backend.port());
  check.connect_timeout = 5 * kSecond;
  rig.send_plan(one_server(check));
  ASSERT_TRUE(rig.until([&] { return backend.requests.size() == 1; }));
  rig.workers[0].kill_and_wait();
  backend.answers = true;
  rig.run_for(300 * kMillisecond);
  EXPECT_THAT(rig.verdicts, IsEmpty());
  rig.start_worker(0);
  ASSERT_TRUE(rig.until([&] { return up(11); }));
  EXPECT_EQ(rig.table[1], 1u);
  EXPECT_THAT(rig.events, Not(Contains("server 1 down")));
}

TEST_F(Checkerd, AStuckWorkerIsGivenUpAndItsChecksRunElsewhere) {
  rig.start_worker(1);
  Backend backend(rig.loop);
  rig.send_plan(one_server(web_at(11, backend.port())));
  ASSERT_TRUE(rig.until([&] { return up(11); }));
  rig.workers[0].signal(SIGSTOP);
  ASSERT_TRUE(rig.until([&] { return event("stuck 0"); }));
  rig.workers[0].kill_and_wait();
  const std::size_t asked = backend.requests.size();
  ASSERT_TRUE(rig.until([&] { return backend.requests.size() >= asked + 3; }));
  EXPECT_THAT(rig.events, Not(Contains("server 1 down")));
  EXPECT_THAT(rig.events, Not(Contains("stuck 1")));
}

TEST_F(Checkerd, AnAnswerThatKillsWorkersTakesItsServerDownInTheEnd) {
  Backend backend(rig.loop);
  backend.answers = false;
  Check check = web_at(11, backend.port());
  check.connect_timeout = 5 * kSecond;
  rig.send_plan(one_server(check));
  for (std::size_t death = 1; death <= 3; ++death) {
    ASSERT_TRUE(rig.until([&] { return backend.requests.size() == death; }));
    rig.workers[0].kill_and_wait();
    EXPECT_FALSE(event("server 1 down")) << death;
    if (death < 3) rig.start_worker(0);
  }
  ASSERT_TRUE(rig.until([&] { return event("server 1 down"); }));
  EXPECT_TRUE(rig.logged("3 workers ended during this check"));
}

TEST_F(Checkerd, OneProbeSpeaksForAllWhoAskForIt) {
  Backend backend(rig.loop);
  const auto asking = [&](std::uint64_t id) {
    Check check = web_at(id, backend.port());
    check.probe = ProbeId{77};
    return check;
  };
  rig.send_plan(plan({service(1, 1, 0, {server(1, 1, {asking(11)})}), service(2, 1, 0, {server(2, 1, {asking(12)})})}));
  ASSERT_TRUE(rig.until([&] { return up(11) && up(12); }));
  backend.answer = "HTTP/1.0 500 No\r\n\r\n";
  ASSERT_TRUE(rig.until([&] { return event("server 1 down") && event("server 2 down"); }));
  // A third one that joins has the verdict at once, and nobody is asked for it.
  CheckPlan more = plan({service(1, 1, 0, {server(1, 1, {asking(11)})}), service(2, 1, 0, {server(2, 1, {asking(12)}), server(3, 1, {asking(13)})})});
  more.generation = 2;
  rig.send_plan(more);
  ASSERT_TRUE(rig.until([&] { return event("applied 2"); }));
  EXPECT_TRUE(event("server 3 down"));
  const std::size_t asked = backend.requests.size();
  rig.run_for(kSecond);
  EXPECT_LE(backend.requests.size(), asked + 6) << "one request for each 0.2 s";
}

TEST_F(Checkerd, ASocketThatTakesRightsIsAskedFor) {
  Backend backend(rig.loop);
  Check check = tcp_at(11, backend.port());
  check.fwmark = 9;
  rig.send_plan(one_server(check));
  ASSERT_TRUE(rig.until([&] { return event("socket 11"); }));
  ASSERT_TRUE(rig.until([&] { return rig.logged("could not be run: the rig opens no sockets"); }));
  EXPECT_THAT(rig.events, Not(Contains("server 1 down"))) << "that is no word about the server";
}

TEST_F(Checkerd, ReloadKeepsVerdictsAndConnectsNoMoreThanBefore) {
  Backend backend(rig.loop);
  Check slow = tcp_at(11, backend.port());
  slow.delay_loop = 60 * kSecond;
  CheckPlan wanted = plan({service(1, 1, 0, {server(1, 1, {slow}), server(2, 1, {tcp_at(12, 1)})})});
  rig.send_plan(wanted);
  ASSERT_TRUE(rig.until([&] { return up(11) && down(12); }));
  rig.events.clear();
  rig.wishes.clear();
  wanted.generation = 2;
  wanted.services[0].servers[0].weight = 5;
  rig.send_plan(wanted);
  ASSERT_TRUE(rig.until([&] { return event("applied 2"); }));
  rig.run_for(1500 * kMillisecond);
  EXPECT_THAT(rig.events, ElementsAre("applied 2"));
  EXPECT_THAT(rig.wishes, ElementsAre("1=5", "complete 2"));
  EXPECT_EQ(backend.connections, 1u) << "the check has its next run in a minute, as before";
}

TEST_F(Checkerd, ARestartedCheckerdGoesOnWhereItWas) {
  Backend backend(rig.loop);
  CheckedService it = service(1, 1, 0, {server(1, 1, {tcp_at(11, backend.port())}), server(2, 1, {tcp_at(12, 1)})});
  rig.send_plan(plan({it}));
  ASSERT_TRUE(rig.until([&] { return up(11) && down(12); }));
  std::vector<CheckVerdict> known;
  for (const auto& [id, verdict] : rig.verdicts) known.push_back(verdict);
  rig.checkerd.kill_and_wait();
  rig.run_for(50 * kMillisecond);
  rig.events.clear();
  rig.start_checkerd();
  rig.start_worker(0);
  rig.start_ipvsd();
  rig.send_plan(plan({it}), known, {1});
  ASSERT_TRUE(rig.until([&] { return event("applied 1"); }));
  rig.run_for(1500 * kMillisecond);
  EXPECT_THAT(rig.events, ElementsAre("ready", "applied 1")) << "nobody came up, nobody went down";
  EXPECT_THAT(rig.table, ElementsAre(std::pair(1u, 1u)));
}

TEST_F(Checkerd, Scripts) {
  wire::ScriptFinished outcome;
  rig.script = [&](const wire::RunScript&) { return outcome; };
  Check check = hurry(misc(11, true), 0);
  check.retries = 0;
  std::get<MiscCheck>(check.what).path = "/usr/bin/probe";
  rig.send_plan(plan({service(1, 1, 0, {server(1, 4, {check})})}));
  const auto ends = [&](ScriptOutcome::Kind kind, int status) {
    outcome.set_kind(static_cast<std::uint32_t>(kind));
    outcome.set_status(status);
  };
  const std::string who = "Misc check for [[10.9.1.1]:tcp:80 VS [10.9.0.1]:tcp:80] by [/usr/bin/probe] ";
  ends(ScriptOutcome::Kind::kExited, 12);
  ASSERT_TRUE(rig.until([&] { return rig.table[1] == 10; }));
  EXPECT_TRUE(rig.logged("Changing weight from 4 to 10 for active service [10.9.1.1]:tcp:80 of VS [10.9.0.1]:tcp:80"));
  EXPECT_TRUE(rig.logged(who + "succeeded."));
  ends(ScriptOutcome::Kind::kExited, 0);
  ASSERT_TRUE(rig.until([&] { return rig.table[1] == 4; }));
  struct Row {
    ScriptOutcome::Kind kind;
    int status;
    const char* line;
  };
  const Row rows[] = {{ScriptOutcome::Kind::kExited, 1, "failed with retry disabled (exited with status 1)."},
                      {ScriptOutcome::Kind::kSignalled, 11, "failed with retry disabled (due to signal 11)."},
                      {ScriptOutcome::Kind::kTimedOut, 0, "timed out with retry disabled."},
                      {ScriptOutcome::Kind::kNotRun, 0, "failed with retry disabled (the script could not be run)."}};
  for (const Row& row : rows) {
    ends(row.kind, row.status);
    ASSERT_TRUE(rig.until([&] { return rig.table.empty() && rig.logged(who + row.line); })) << row.line;
    ends(ScriptOutcome::Kind::kExited, 2 + 3);
    ASSERT_TRUE(rig.until([&] { return rig.table[1] == 3; }));
  }
}

TEST_F(Checkerd, SourcesOfConnections) {
  Backend backend(rig.loop), unreachable(rig.loop);
  Check bound = tcp_at(11, backend.port());
  bound.bind_address = *IpAddress::parse("127.0.0.7");
  bound.bind_port = 40'000 + static_cast<std::uint16_t>(getpid() % 20'000);
  bound.bind_interface = "lo";
  Check marked = tcp_at(12, unreachable.port());
  marked.fwmark = 7;  // needs a right that this process does not have
  Check foreign = tcp_at(13, unreachable.port());
  foreign.bind_address = *IpAddress::parse("192.0.2.1");
  rig.send_plan(plan({service(1, 1, 0, {server(1, 1, {bound}), server(2, 1, {marked}), server(3, 1, {foreign})})}));
  ASSERT_TRUE(rig.until([&] { return backend.connections >= 1 && event("socket 12") && rig.logged("bindto 192.0.2.1"); }));
  EXPECT_EQ(backend.source_ports[0], bound.bind_port);
  rig.run_for(500 * kMillisecond);
  EXPECT_EQ(rig.count_logged("could not be run: the rig opens no sockets"), 1u) << "said once, not at each run";
  EXPECT_EQ(rig.table.size(), 3u) << "our own trouble takes no server down";
}

TEST_F(Checkerd, ReportsAndPing) {
  rig.send_plan(plan({service(1, 1, 0, {server(1, 3, {tcp_at(11, 1)}), server(2, 2, {})})}));
  ASSERT_TRUE(rig.until([&] { return down(11); }));
  wire::ParentToCheckerd question;
  question.mutable_query_services()->set_cookie(77);
  rig.send(question);
  question.mutable_ping()->set_cookie(5);
  rig.send(question);
  ASSERT_TRUE(rig.until([&] { return event("pong 5"); }));
  ASSERT_THAT(rig.reports, SizeIs(1));
  EXPECT_EQ(rig.reports[0].cookie(), 77u);
  EXPECT_TRUE(rig.reports[0].last());
  const auto& status = rig.reports[0].services(0);
  EXPECT_TRUE(status.quorum_up());
  EXPECT_FALSE(status.servers(0).up() || status.servers(0).present());
  EXPECT_TRUE(status.servers(1).up() && status.servers(1).present());
  EXPECT_EQ(status.servers(1).weight(), 2u);
}

TEST_F(Checkerd, StopWithOmegaSaysDownAndEnds) {
  CheckedService it = service(1, 1, 0, {server(1, 1, {})});
  it.omega = true;
  rig.send_plan(plan({it}));
  ASSERT_TRUE(rig.until([&] { return event("applied 1"); }));
  rig.events.clear();
  rig.wishes.clear();
  wire::ParentToCheckerd stop;
  stop.mutable_stop();
  rig.send(stop);
  int status = -1;
  ASSERT_TRUE(rig.until([&] { return (status = status < 0 ? rig.checkerd.try_wait() : status) >= 0 && rig.parent_closed; }));
  EXPECT_EQ(status, 0);
  EXPECT_THAT(rig.events, ElementsAre("server 1 down", "quorum 1 down", "stopped"));
  EXPECT_THAT(rig.wishes, IsEmpty()) << "whether the table is kept is ipvsd's business";
  EXPECT_TRUE(rig.logged("Shutting down service [10.9.1.1]:tcp:80 from VS [10.9.0.1]:tcp:80"));
}

TEST_F(Checkerd, EverybodyEndsWithTheParent) {
  ASSERT_TRUE(rig.until([&] { return event("ready"); }));
  rig.close_link();
  int status = -1, worker = -1;
  ASSERT_TRUE(rig.until([&] {
    if (status < 0) status = rig.checkerd.try_wait();
    if (worker < 0) worker = rig.workers[0].try_wait();
    return status >= 0 && worker >= 0;
  }));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(worker, 0) << "a worker ends with checkerd";
}

TEST_F(Checkerd, APlanThatCannotBeTakenChangesNothing) {
  Backend backend(rig.loop);
  rig.send_plan(one_server(tcp_at(11, backend.port())));
  ASSERT_TRUE(rig.until([&] { return up(11); }));
  CheckPlan twice = plan({service(1, 1, 0, {server(1, 1, {tcp_at(11, 1)}), server(2, 1, {tcp_at(11, 1)})})});
  twice.generation = 2;
  rig.send_plan(twice);
  ASSERT_TRUE(rig.until([&] { return event("refused: a check of server [10.9.1.2]:tcp:80 of [10.9.0.1]:tcp:80 is there twice"); }));
  const std::size_t before = backend.connections;
  ASSERT_TRUE(rig.until([&] { return backend.connections > before + 2; })) << "the old plan goes on";
  EXPECT_TRUE(up(11));
}

TEST_F(Checkerd, AParentThatBreaksTheRulesIsLeft) {
  wire::ParentToCheckerd chunk;
  chunk.mutable_chunk();
  rig.send(chunk);
  int status = -1;
  ASSERT_TRUE(rig.until([&] { return (status = status < 0 ? rig.checkerd.try_wait() : status) >= 0; }));
  EXPECT_EQ(status, 1);
}

}  // namespace
}  // namespace holdfast
