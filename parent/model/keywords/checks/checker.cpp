// Checks of a real server and what they have in common; the words of HTTP_GET and SSL_GET are in checker_web.cpp.
// What a check does not say it inherits from its server and its service; parent/plan does that.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

constexpr unsigned kReplyLengthMax = 255;

Check& check(Use& use) { return use.target.as<Check>(); }

bool other_family(Use& use, const Located<IpAddress>& other) {
  if (!other || other->family() == use.value().prefix.address.family()) return false;
  use.problem("other-family", "connect_ip and bindto are of different address families: this one is ignored");
  return true;
}

void connect_ip(Use& use) {
  if (!other_family(use, check(use).connection.bindto)) into<&Check::connection, &Connection::connect_ip>(use);
}
void bindto(Use& use) {
  if (!other_family(use, check(use).connection.connect_ip)) into<&Check::connection, &Connection::bindto>(use);
}

// The settings of the kind of check that the block is.
template <class Settings>
Settings& own(Use& use) {
  auto* settings = std::get_if<Settings>(&check(use).what);
  HF_CHECK(settings != nullptr);
  return *settings;
}

template <auto Member>
void misc(Use& use) {
  assign(own<MiscSettings>(use).*Member, use);
}

Check begin(const Use& use) {
  Check check;
  check.at = use.word.at;
  return check;
}
void finish(Use& use, Check check) { use.target.as<RealServer>().checks.push_back(std::move(check)); }

template <class Settings>
void plain_check(Use& use) {
  Check check = begin(use);
  check.what = Settings{};
  use.block(check);
  finish(use, std::move(check));
}

void udp_check(Use& use) {
  Check check = begin(use);
  check.what = UdpSettings{};
  use.block(check);
  const auto* udp = std::get_if<UdpSettings>(&check.what);
  if (udp->min_reply_length && udp->min_reply_length.value > udp->max_reply_length.value_or(kReplyLengthMax)) {
    use.problem("empty-range", "min_reply_length is above max_reply_length: no answer can be right");
  }
  finish(use, std::move(check));
}

// One more address of the same mail check. What is not about the connection is said to the check itself.
void smtp_host(Use& use) {
  Connection own_connection = std::exchange(check(use).connection, {});
  use.block(check(use));
  own<SmtpSettings>(use).hosts.push_back(std::exchange(check(use).connection, std::move(own_connection)));
}

// Hexadecimal digits: one or two to an octet; blanks part octets. `wild` allows X for any digit.
bool read_octets(Use& use, std::string& octets, std::string* mask) {
  for (const config::Word& word : use.rest) {
    for (std::size_t at = 0; at < word.text.size();) {
      if (word.text[at] == ' ' || word.text[at] == '\t') {  // inside quotes
        ++at;
        continue;
      }
      std::string_view digits = word.text.substr(at, 2);
      digits = digits.substr(0, digits.find_first_of(" \t"));
      unsigned octet = 0, bits = 0;
      for (const char digit : digits) {
        const bool wild = mask != nullptr && (digit == 'x' || digit == 'X');
        const std::size_t value = wild ? 0 : std::string_view("0123456789abcdefABCDEF").find(digit);
        if (value == std::string_view::npos) {
          use.problem_at(word, "bad-octets", "'" + std::string(word.text) + "' is not hexadecimal: it is ignored", "00 to FF");
          return false;
        }
        octet = octet << 4 | static_cast<unsigned>(value > 15 ? value - 6 : value);
        bits = bits << 4 | (wild ? 0U : 15U);
      }
      octets += static_cast<char>(octet);
      if (mask != nullptr) *mask += static_cast<char>(bits | (digits.size() == 1 ? 0xf0U : 0U));
      at += digits.size();
    }
  }
  return true;
}

void payload(Use& use) {
  std::string octets;
  if (read_octets(use, octets, nullptr)) assign(own<UdpSettings>(use).payload, use, std::move(octets));
}

void require_reply(Use& use) {
  UdpSettings& settings = own<UdpSettings>(use);
  assign(settings.require_reply, use, true);
  std::string octets, mask;
  if (!read_octets(use, octets, &mask)) return;
  settings.reply = std::move(octets);
  settings.reply_mask = std::move(mask);
}

template <auto Member>
void udp(Use& use) {
  assign(own<UdpSettings>(use).*Member, use);
}

void dns_type(Use& use) { use.options(own<DnsSettings>(use)); }

void dns_name(Use& use) {
  constexpr std::size_t kNameMax = 253, kLabelMax = 63;
  std::string_view name = use.value().text;
  if (name.ends_with('.')) name.remove_suffix(1);
  for (std::size_t at = 0; at < name.size() + (name.empty() ? 0 : 1);) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (end == at || end - at > kLabelMax || name.size() > kNameMax) {
      use.problem("bad-domain", "'" + std::string(use.value().text) + "' is not a domain name: it is ignored", "labels of 1 to 63 octets");
      return;
    }
    at = end + 1;
  }
  assign(own<DnsSettings>(use).name, use, std::string(name));
}

void helo_name(Use& use) { assign(own<SmtpSettings>(use).helo_name, use); }

template <bool Tls>
void http_check(Use& use) {
  Check check = begin(use);
  HttpSettings settings;
  settings.tls = Tls;
  check.what = std::move(settings);
  use.block(check);
  if (std::get_if<HttpSettings>(&check.what)->urls.empty()) {
    use.problem("check-without-url", "'" + std::string(use.row.name) + "' has no url: it is left out");
    return;
  }
  finish(use, std::move(check));
}

void misc_check(Use& use) {
  Check check = begin(use);
  check.what = MiscSettings{};
  use.block(check);
  if (!std::get_if<MiscSettings>(&check.what)->command) {
    use.problem("check-without-path", "MISC_CHECK has no misc_path: it is left out");
    return;
  }
  finish(use, std::move(check));
}

bool says(const config::Node& block, std::string_view keyword) {
  return std::ranges::any_of(block.children, [&](const config::Node& line) { return line.keyword() == keyword; });
}

// FILE_CHECK and BFD_CHECK, which are nothing without a name. What is wrong with a name that was written has been said.
template <class Settings>
void named_check(Use& use, std::string_view needed) {
  Check check = begin(use);
  check.what = Settings{};
  use.block(check);
  if (std::get_if<Settings>(&check.what)->name) return finish(use, std::move(check));
  if (says(use.node, needed)) return;
  use.problem("check-without-name", "'" + std::string(use.row.name) + "' has no " + std::string(needed) + ": it is left out");
}
void file_check(Use& use) { named_check<FileSettings>(use, "track_file"); }
void bfd_check(Use& use) {
  std::vector<Check>& checks = use.target.as<RealServer>().checks;
  const std::size_t before = checks.size();
  named_check<BfdSettings>(use, "name");
  if (checks.size() == before) return;
  const std::string name = *std::get_if<BfdSettings>(&checks.back().what)->name;
  const auto same = [&](const Check& other) {
    const auto* bfd = std::get_if<BfdSettings>(&other.what);
    return bfd != nullptr && *bfd->name == name;
  };
  if (std::none_of(checks.begin(), checks.end() - 1, same)) return;
  checks.pop_back();
  use.problem("duplicate-entry", "this server has a BFD_CHECK of '" + name + "' already: this one is left out");
}

void file_name(Use& use) {
  const std::string name(use.value().text);
  if (use.configuration().track_file(name) != nullptr) return assign(own<FileSettings>(use).name, use, name);
  use.problem("undefined-reference", "track_file '" + name + "' is not defined before this line: the check does not use it", "the NAME of a track_file");
}

void file_weight(Use& use) {
  FileSettings& settings = own<FileSettings>(use);
  assign(settings.weight, use, use.value().number);
  settings.reverse = false;
  use.options(settings);
}

void session_name(Use& use) {
  const std::string name(use.value().text);
  const auto heard = [&](const BfdInstance& session) { return session.name == name && (session.checker || !session.vrrp); };
  if (!std::ranges::any_of(use.configuration().bfd_instances, heard)) {
    use.problem("undefined-reference", "no bfd_instance '" + name + "' for checks is defined before this line: it is not used",
                "the NAME of a bfd_instance that is not for vrrp only");
    return;
  }
  Located<std::string>& known = own<BfdSettings>(use).name;
  if (!known) return assign(known, use, name);
  use.problem("duplicate-entry", "the check is of bfd_instance '" + *known + "' already: '" + name + "' is ignored");
}

// The identity may have been given before the command.
void misc_path(Use& use) {
  use.command.identity = own<MiscSettings>(use).command.value.identity;
  misc<&MiscSettings::command>(use);
}
void misc_user(Use& use) { own<MiscSettings>(use).command.value.identity = identity(use.words); }

constexpr Takes kTimer = decimal("SECONDS", 0, kTimerMax);
constexpr Takes kSomeTime = decimal("SECONDS", 1, kTimerMax);

constexpr Keyword kRoot[] = {
    {"SSL", block(), "made by the library", "Certificates for SSL_GET."},
};
constexpr Keyword kSsl[] = {
    secret(gentle({"password", word("PASSWORD"), "none", "Pass phrase of the key."})),
    gentle({"ca", word("FILE"), "none", "Certificates of the authorities."}),
    gentle({"certificate", word("FILE"), "none", "Certificate of the client."}),
    gentle({"key", word("FILE"), "none", "Key of the client."}),
};

constexpr Keyword kChecks[] = {
    {"TCP_CHECK", block(), "none", "Opens a TCP connection.", plain_check<TcpSettings>},
    {"HTTP_GET", block(), "none", "Asks for pages over HTTP.", http_check<false>},
    {"SSL_GET", block(), "none", "Asks for pages over TLS.", http_check<true>},
    {"MISC_CHECK", block(), "none", "Runs a program.", misc_check},
    {"SMTP_CHECK", block(), "none", "Talks to a mail server.", plain_check<SmtpSettings>},
    {"DNS_CHECK", block(), "none", "Asks a name server.", plain_check<DnsSettings>},
    {"UDP_CHECK", block(), "none", "Sends a datagram.", udp_check},
    {"PING_CHECK", block(), "none", "Sends an ICMP echo request.", plain_check<PingSettings>},
    {"FILE_CHECK", block(), "none", "Looks at a track_file.", file_check},
    {"BFD_CHECK", block(), "none", "Looks at a BFD session.", bfd_check},
};

constexpr Keyword kConnection[] = {
    {"connect_ip", address(), "that of the server", "Address to check.", connect_ip},
    {"connect_port", integer("PORT", 1, kMax16), "that of the server", "Port to check.",
     into<&Check::connection, &Connection::connect_port>},
    {"bindto", address(), "by the kernel", "Address to check from.", bindto},
    {"bind_port", integer("PORT", 1, kMax16), "by the kernel", "Port to check from.", into<&Check::connection, &Connection::bind_port>},
    {"bind_if", interface(), "by the kernel", "Interface to check through.", into<&Check::connection, &Connection::bind_if>},
    {"connect_timeout", kSomeTime, "that of the server", "How long to wait for an answer.",
     into<&Check::settings, &CheckSettings::connect_timeout>},
    {"fwmark", strict("MARK", 0, kMax32), "0", "Mark of the packets of this check.",
     into<&Check::connection, &Connection::fwmark>},
};

constexpr Keyword kSettings[] = {
    {"retry", integer("COUNT", 0, kMax32), "that of the server", "More attempts before the server is down.",
     into<&Check::settings, &CheckSettings::retry>},
    {"delay_before_retry", kTimer, "that of the server", "Time between attempts.",
     into<&Check::settings, &CheckSettings::delay_before_retry>},
    ours({"rise", integer("COUNT", 1, 1000), "1", "Successes in a row that bring a failed server back.",
          into<&Check::settings, &CheckSettings::rise>}),
    {"warmup", kTimer, "that of the server", "The first check comes at random within this time.",
     into<&Check::settings, &CheckSettings::warmup>},
    {"delay_loop", kSomeTime, "that of the server", "Time between checks.", into<&Check::settings, &CheckSettings::delay_loop>},
    {"log_all_failures", boolean(), "checker_log_all_failures", "Logs failures that change nothing.", into<&Check::log_all_failures>},
};
constexpr Keyword kAlpha[] = {
    {"alpha", boolean(), "that of the server", "Down until it has succeeded.", into<&Check::settings, &CheckSettings::alpha>},
};

constexpr Keyword kMisc[] = {
    gentle({"misc_path", command(), "required", "The program; with arguments it is quoted as one word.", misc_path}),
    {"misc_timeout", integer("SECONDS", 0, 4294), "delay_loop", "How long the program may run.", misc<&MiscSettings::timeout>},
    {"misc_dynamic", nothing(), "off", "Exit status 2 to 255 is a success and sets the weight to status - 2.",
     misc<&MiscSettings::dynamic>},
    gentle({"user", word("USER") + optional(word("[:]GROUP")), "script_user", "Who runs the program.", misc_user}),
};

constexpr Keyword kSmtp[] = {
    gentle({"helo_name", word("NAME"), "smtpchecker.keepalived.org", "Name that the check calls itself.", helo_name}),
    old("another SMTP_CHECK", {"host", block(), "none", "One more address to check.", smtp_host}),
};
constexpr Keyword kUdp[] = {
    gentle({"payload", words(1), "32 bytes of text", "Bytes to send, in hexadecimal.", payload}),
    {"require_reply", words(0), "off", "There must be an answer, perhaps with these bytes; X is any digit.", require_reply},
    {"min_reply_length", integer("BYTES", 0, kMax16), "0", "Shortest answer.", udp<&UdpSettings::min_reply_length>},
    {"max_reply_length", integer("BYTES", 0, kMax16), "255", "Longest answer.", udp<&UdpSettings::max_reply_length>},
};
constexpr Keyword kDns[] = {
    {"type", options(1), "SOA", "Type of record that is asked for.", dns_type},
    once({"name", word("DOMAIN"), "the root", "Name that is asked for.", dns_name}),
};
template <std::uint16_t Number>
constexpr Setter kType = constant<Number, &DnsSettings::type>;
constexpr Keyword kDnsType[] = {
    {"A", nothing(), "", "IPv4 address.", kType<1>},
    {"NS", nothing(), "", "Name server.", kType<2>},
    {"CNAME", nothing(), "", "Alias.", kType<5>},
    {"SOA", nothing(), "", "Start of zone.", kType<6>},
    {"MX", nothing(), "", "Mail exchange.", kType<15>},
    {"TXT", nothing(), "", "Text.", kType<16>},
    {"AAAA", nothing(), "", "IPv6 address.", kType<28>},
    {"RRSIG", nothing(), "", "Signature.", kType<46>},
    {"DNSKEY", nothing(), "", "Key.", kType<48>},
};
template <bool Reverse>
void reverse(Use& use) {
  use.target.as<FileSettings>().reverse = Reverse;
}
constexpr Keyword kFile[] = {
    {"track_file", word("NAME"), "required", "File that is looked at.", file_name},
    gentle({"weight", integer("WEIGHT", -kMaxInt, kMaxInt) + options(), "that of the track_file",
            "The number in the file times this is added to the weight; 0: another number than 0 is a failure.", file_weight}),
};
constexpr Keyword kFileWeight[] = {
    {"reverse", nothing(), "off", "Turns the effect around.", reverse<true>},
    {"noreverse", nothing(), "", "Does not turn it around.", reverse<false>},
};
constexpr Keyword kBfd[] = {
    gentle({"name", word("NAME"), "required", "Session that is looked at.", session_name}),
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"SSL", kSsl},
    {"virtual_server>real_server", kChecks},
    {"virtual_server>real_server>TCP_CHECK", kConnection},
    {"virtual_server>real_server>TCP_CHECK", kSettings},
    {"virtual_server>real_server>TCP_CHECK", kAlpha},
    {"virtual_server>real_server>PING_CHECK", kConnection},
    {"virtual_server>real_server>PING_CHECK", kSettings},
    {"virtual_server>real_server>PING_CHECK", kAlpha},
    {"virtual_server>real_server>UDP_CHECK", kConnection},
    {"virtual_server>real_server>UDP_CHECK", kSettings},
    {"virtual_server>real_server>UDP_CHECK", kAlpha},
    {"virtual_server>real_server>UDP_CHECK", kUdp},
    {"virtual_server>real_server>SMTP_CHECK", kConnection},
    {"virtual_server>real_server>SMTP_CHECK", kSettings},
    {"virtual_server>real_server>SMTP_CHECK", kAlpha},
    {"virtual_server>real_server>SMTP_CHECK", kSmtp},
    {"virtual_server>real_server>SMTP_CHECK>host", kConnection},
    {"virtual_server>real_server>SMTP_CHECK>host", kSettings},
    {"virtual_server>real_server>SMTP_CHECK>host", kAlpha},
    {"virtual_server>real_server>DNS_CHECK", kConnection},
    {"virtual_server>real_server>DNS_CHECK", kSettings},
    {"virtual_server>real_server>DNS_CHECK", kAlpha},
    {"virtual_server>real_server>DNS_CHECK", kDns},
    {"virtual_server>real_server>DNS_CHECK>type", kDnsType},
    {"virtual_server>real_server>MISC_CHECK", kSettings},
    {"virtual_server>real_server>MISC_CHECK", kAlpha},
    {"virtual_server>real_server>MISC_CHECK", kMisc},
    {"virtual_server>real_server>FILE_CHECK", kFile},
    {"virtual_server>real_server>FILE_CHECK>weight", kFileWeight},
    {"virtual_server>real_server>BFD_CHECK", kBfd},
    {"virtual_server>real_server>BFD_CHECK", kAlpha},
    {"virtual_server>real_server>HTTP_GET", kConnection},
    {"virtual_server>real_server>HTTP_GET", kSettings},
    {"virtual_server>real_server>HTTP_GET", kAlpha},
    {"virtual_server>real_server>SSL_GET", kConnection},
    {"virtual_server>real_server>SSL_GET", kSettings},
    {"virtual_server>real_server>SSL_GET", kAlpha},
};

}  // namespace

std::span<const Table> checker_tables() { return kTables; }

}  // namespace holdfast::model
