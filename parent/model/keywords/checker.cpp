// Checks of a real server: TCP_CHECK, HTTP_GET, SSL_GET and MISC_CHECK, and the words of those that do not exist yet.
// What a check does not say it inherits from its server and its service; parent/plan does that.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

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
void http(Use& use) {
  assign(own<HttpSettings>(use).*Member, use);
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

void tcp_check(Use& use) {
  Check check = begin(use);
  use.block(check);
  finish(use, std::move(check));
}

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

// Its words are checked; the plan learns that it was wanted.
void absent_check(Use& use) {
  use.done = true;
  use.binder.block(use.node, use.inside, {});
  const std::string_view needed = use.row.name == "FILE_CHECK" ? "track_file" : use.row.name == "BFD_CHECK" ? "name" : "";
  if (!needed.empty() && !says(use.node, needed)) {
    use.problem("check-without-name", "'" + std::string(use.row.name) + "' has no " + std::string(needed) + ": it is left out");
    return;
  }
  Check check = begin(use);
  check.what = AbsentCheck{std::string(use.row.name)};
  finish(use, std::move(check));
}

void http_protocol(Use& use) {
  constexpr HttpProtocol kProtocols[] = {HttpProtocol::kHttp10, HttpProtocol::kHttp11Close, HttpProtocol::kHttp10Close,
                                         HttpProtocol::kHttp10Close};
  assign(own<HttpSettings>(use).http_protocol, use, kProtocols[use.value().number]);
}

// A name implies enable_sni; without one it is the virtual host.
void sni_name(Use& use) {
  HttpSettings& settings = own<HttpSettings>(use);
  assign(settings.enable_sni, use, true);
  if (use.value().present) assign(settings.sni_name, use);
}

void nb_get_retry(Use& use) { into<&Check::settings, &CheckSettings::retry>(use); }

void url(Use& use) {
  UrlSettings url;
  url.at = use.word.at;
  use.block(url);
  if (!url.path) {
    use.problem("url-without-path", "the url has no path: it is left out");
    return;
  }
  own<HttpSettings>(use).urls.push_back(std::move(url));
}

void digest(Use& use) {
  std::string digest(use.value().text);
  if (digest.size() != 32 || digest.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    use.problem("bad-digest", "'" + digest + "' is not an MD5 digest: it is ignored", "32 hexadecimal digits");
    return;
  }
  for (char& c : digest) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  assign(use.target.as<UrlSettings>().digest, use, std::move(digest));
}

void status_code(Use& use) {
  const Argument one = strict("CODE", 100, 599).arguments[0];
  const Argument several = range(100, 599).arguments[0];
  for (const config::Word& word : use.rest) {
    const bool is_range = word.text.find('-') != std::string_view::npos;
    const Value value = use.binder.read(use.node, word, is_range ? several : one);
    if (!value.present) continue;
    use.target.as<UrlSettings>().status_codes.emplace_back(value.number, is_range ? value.last : value.number);
  }
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
    {"TCP_CHECK", block(), "none", "Opens a TCP connection.", tcp_check},
    {"HTTP_GET", block(), "none", "Asks for pages over HTTP.", http_check<false>},
    {"SSL_GET", block(), "none", "Asks for pages over TLS.", http_check<true>},
    {"MISC_CHECK", block(), "none", "Runs a program.", misc_check},
    not_yet({"SMTP_CHECK", block(), "none", "Talks to a mail server.", absent_check}),
    not_yet({"DNS_CHECK", block(), "none", "Asks a name server.", absent_check}),
    not_yet({"UDP_CHECK", block(), "none", "Sends a datagram.", absent_check}),
    not_yet({"PING_CHECK", block(), "none", "Sends an ICMP echo request.", absent_check}),
    not_yet({"FILE_CHECK", block(), "none", "Looks at a track_file.", absent_check}),
    not_yet({"BFD_CHECK", block(), "none", "Looks at a BFD session.", absent_check}),
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
    {"warmup", kTimer, "that of the server", "The first check comes at random within this time.",
     into<&Check::settings, &CheckSettings::warmup>},
    {"delay_loop", kSomeTime, "that of the server", "Time between checks.", into<&Check::settings, &CheckSettings::delay_loop>},
    {"log_all_failures", boolean(), "checker_log_all_failures", "Logs failures that change nothing.", into<&Check::log_all_failures>},
};
constexpr Keyword kAlpha[] = {
    {"alpha", boolean(), "that of the server", "Down until it has succeeded.", into<&Check::settings, &CheckSettings::alpha>},
};

constexpr Keyword kHttp[] = {
    old("retry", ErrorClass::general_error, {"nb_get_retry", integer("COUNT", 0, kMax32), "", "Old spelling of retry.", nb_get_retry}),
    gentle({"virtualhost", word("NAME"), "that of the server", "Host that is asked for.", http<&HttpSettings::virtualhost>}),
    gentle({"http_protocol", choice("1.0|1.1|1.0C|1.0c"), "1.0", "Version of HTTP; 1.1 and 1.0C ask to close the connection.",
            http_protocol}),
    {"enable_sni", boolean(), "off", "Sends the host as the name of the TLS server.", http<&HttpSettings::enable_sni>},
    since("post-2.4.3", {"sni_name", optional(word("NAME")), "virtualhost", "Name of the TLS server.", sni_name}),
    {"fast_recovery", boolean(), "off", "While down, goes on to the next url at once.", http<&HttpSettings::fast_recovery>},
    {"url", block(), "required", "One page; may be repeated.", url},
};
constexpr Keyword kTls[] = {
    since("2.2.8", {"tls_compliant", boolean(), "off", "Ends TLS in order."}),
};

constexpr Keyword kUrl[] = {
    {"path", word("PATH"), "required", "What is asked for.", into<&UrlSettings::path>},
    once({"digest", word("MD5"), "none", "Digest that the page must have.", digest}),
    {"status_code", words(0), "200-299", "Status codes, and ranges of them, that are a success.", status_code},
    gentle({"virtualhost", word("NAME"), "that of the check", "Host that is asked for.", into<&UrlSettings::virtualhost>}),
    {"regex", expression(), "none", "Regular expression that the page must match."},
    {"regex_no_match", nothing(), "off", "The page must not match it."},
    {"regex_options", lenient(options()), "none", "Options of the regular expression, those of PCRE2."},
    {"regex_min_offset", optional(integer("BYTES", 0, kMax32)), "0", "Where a match may start at the earliest."},
    {"regex_max_offset", optional(integer("BYTES", 0, kMax32)), "none", "Where it may start at the latest."},
    {"regex_stack", optional(integer("START", 0, kMax32)) + optional(integer("MAX", 0, kMax32)), "by the library", "Sizes of its stack."},
};
constexpr Keyword kRegexOptions[] = {
    {"allow_empty_class", nothing(), "off", "[] is an empty class."},
    {"alt_bsux", nothing(), "off", "\\u, \\U and \\x as in ECMAScript."},
    {"auto_callout", nothing(), "off", "Callouts before every item."},
    {"caseless", nothing(), "off", "Upper and lower case are equal."},
    {"dollar_endonly", nothing(), "off", "$ is the very end only."},
    {"dotall", nothing(), "off", "A dot is any character, newline too."},
    {"dupnames", nothing(), "off", "Groups may have the same name."},
    {"extended", nothing(), "off", "White space and comments are allowed."},
    {"firstline", nothing(), "off", "A match starts in the first line."},
    {"match_unset_backref", nothing(), "off", "A reference to an unset group matches nothing."},
    {"multiline", nothing(), "off", "^ and $ are ends of lines."},
    {"never_ucp", nothing(), "off", "Forbids ucp in the expression."},
    {"never_utf", nothing(), "off", "Forbids utf in the expression."},
    {"no_auto_capture", nothing(), "off", "Plain groups do not capture."},
    {"no_auto_possess", nothing(), "off", "No automatic possessive quantifiers."},
    {"no_dotstar_anchor", nothing(), "off", "A leading .* is no anchor."},
    {"no_start_optimize", nothing(), "off", "No short cuts at the start."},
    {"ucp", nothing(), "off", "Classes follow Unicode."},
    {"ungreedy", nothing(), "off", "Quantifiers take little."},
    {"utf", nothing(), "off", "Expression and page are UTF-8."},
    {"never_backslash_c", nothing(), "off", "Forbids \\C."},
    {"alt_circumflex", nothing(), "off", "^ matches after a final newline too."},
    {"alt_verbnames", nothing(), "off", "Escapes in names of verbs."},
    {"use_offset_limit", nothing(), "off", "Allows a limit of the offset."},
};

constexpr Keyword kMisc[] = {
    gentle({"misc_path", command(), "required", "The program; with arguments it is quoted as one word.", misc_path}),
    {"misc_timeout", integer("SECONDS", 0, 4294), "delay_loop", "How long the program may run.", misc<&MiscSettings::timeout>},
    {"misc_dynamic", nothing(), "off", "Exit status 2 to 255 is a success and sets the weight to status - 2.",
     misc<&MiscSettings::dynamic>},
    gentle({"user", word("USER") + optional(word("[:]GROUP")), "script_user", "Who runs the program.", misc_user}),
};

constexpr Keyword kSmtp[] = {
    gentle({"helo_name", word("NAME"), "smtpchecker.keepalived.org", "Name that the check calls itself."}),
    old("another SMTP_CHECK", {"host", block(), "none", "One more address to check."}),
};
constexpr Keyword kUdp[] = {
    gentle({"payload", words(1), "32 bytes of text", "Bytes to send, in hexadecimal."}),
    {"require_reply", words(0), "off", "There must be an answer, perhaps with these bytes; X is any digit."},
    {"min_reply_length", integer("BYTES", 0, kMax16), "0", "Shortest answer."},
    {"max_reply_length", integer("BYTES", 0, kMax16), "255", "Longest answer."},
};
constexpr Keyword kDns[] = {
    {"type", options(1), "SOA", "Type of record that is asked for."},
    {"name", word("DOMAIN"), "the root", "Name that is asked for."},
};
constexpr Keyword kDnsType[] = {
    {"A", nothing(), "", "IPv4 address."},     {"NS", nothing(), "", "Name server."},      {"CNAME", nothing(), "", "Alias."},
    {"SOA", nothing(), "", "Start of zone."},  {"MX", nothing(), "", "Mail exchange."},    {"TXT", nothing(), "", "Text."},
    {"AAAA", nothing(), "", "IPv6 address."},  {"RRSIG", nothing(), "", "Signature."},     {"DNSKEY", nothing(), "", "Key."},
};
constexpr Keyword kFile[] = {
    {"track_file", word("NAME"), "required", "File that is looked at."},
    gentle({"weight", integer("WEIGHT", -kMaxInt, kMaxInt) + options(), "that of the track_file",
     "The number in the file times this is added to the weight."}),
};
constexpr Keyword kFileWeight[] = {
    {"reverse", nothing(), "off", "Turns the effect around."},
    {"noreverse", nothing(), "", "Does not turn it around."},
};
constexpr Keyword kBfd[] = {
    gentle({"name", word("NAME"), "required", "Session that is looked at."}),
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
    {"virtual_server>real_server>HTTP_GET", kHttp},
    {"virtual_server>real_server>HTTP_GET>url", kUrl},
    {"virtual_server>real_server>HTTP_GET>url>regex_options", kRegexOptions},
    {"virtual_server>real_server>SSL_GET", kConnection},
    {"virtual_server>real_server>SSL_GET", kSettings},
    {"virtual_server>real_server>SSL_GET", kAlpha},
    {"virtual_server>real_server>SSL_GET", kHttp},
    {"virtual_server>real_server>SSL_GET", kTls},
    {"virtual_server>real_server>SSL_GET>url", kUrl},
    {"virtual_server>real_server>SSL_GET>url", kTls},
    {"virtual_server>real_server>SSL_GET>url>regex_options", kRegexOptions},
};

}  // namespace

std::span<const Table> checker_tables() { return kTables; }

}  // namespace holdfast::model
