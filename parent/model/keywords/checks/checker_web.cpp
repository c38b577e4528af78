// HTTP_GET and SSL_GET: what is asked for, what must come back, and regular expressions. The rest of a check is in checker.cpp.
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <utility>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

constexpr std::size_t kHeadersMax = 32;

// Of the check whose block this is.
HttpSettings& web(Use& use) {
  auto* settings = std::get_if<HttpSettings>(&use.target.as<Check>().what);
  HF_CHECK(settings != nullptr);
  return *settings;
}

template <auto Member>
void http(Use& use) {
  assign(web(use).*Member, use);
}

template <std::uint32_t Option>
void option(Use& use) {
  use.target.as<UrlSettings>().regex_options |= Option;
}

void nb_get_retry(Use& use) { into<&Check::settings, &CheckSettings::retry>(use); }

void http_protocol(Use& use) {
  constexpr HttpProtocol kProtocols[] = {HttpProtocol::kHttp10, HttpProtocol::kHttp11Close, HttpProtocol::kHttp10Close,
                                         HttpProtocol::kHttp10Close};
  assign(web(use).http_protocol, use, kProtocols[use.value().number]);
}

// A name implies enable_sni; without one it is the virtual host.
void sni_name(Use& use) {
  HttpSettings& settings = web(use);
  assign(settings.enable_sni, use, true);
  if (use.value().present) assign(settings.sni_name, use);
}

void url(Use& use) {
  UrlSettings url;
  url.at = use.word.at;
  use.block(url);
  if (!url.path) {
    use.problem("url-without-path", "the url has no path: it is left out");
    return;
  }
  web(use).urls.push_back(std::move(url));
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

void regex(Use& use) {
  if (use.rest.empty()) return;  // said already
  if (use.rest.size() != 1) {
    use.warn("one-expression", "regex takes one expression: it is ignored", "quotes around one with blanks");
    return;
  }
  assign(use.target.as<UrlSettings>().regex, use, std::string(use.rest.front().text));
}

void regex_options(Use& use) { use.options(use.target.as<UrlSettings>()); }

void regex_stack(Use& use) {
  if (use.values[0].present && use.values[1].present && use.values[0].number > use.values[1].number) {
    use.warn("stack-order", "regex_stack starts with more than its maximum: it is ignored");
    return;
  }
  if (use.values[1].present) assign(use.target.as<UrlSettings>().regex_memory, use, static_cast<std::uint32_t>(use.values[1].number));
}

void http_method(Use& use) { assign(web(use).method, use, static_cast<HttpMethod>(use.value().number)); }

// What would end the line, or stand for a header that the check writes itself, is refused.
void http_header(Use& use) {
  std::string line;
  for (const config::Word& word : use.rest) line += (line.empty() ? "" : " ") + std::string(word.text);
  const std::size_t colon = line.find(':');
  const bool token = colon != std::string::npos && colon > 0 && line.find_first_of(" \t\"(),/;<=>?@[\\]{}") > colon;
  const bool printable = std::ranges::all_of(line, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
  if (!token || !printable) {
    use.problem("bad-header", "'" + line + "' is not a header: it is ignored", "\"Name: value\"");
    return;
  }
  if (web(use).headers.size() >= kHeadersMax) {
    use.problem("too-many-headers", "more than " + std::to_string(kHeadersMax) + " headers: this one is ignored");
    return;
  }
  web(use).headers.push_back(std::move(line));
}

void tls_verify_name(Use& use) {
  assign(web(use).tls_verify, use, true);
  assign(web(use).tls_name, use);
}

void tls_days_left(Use& use) {
  assign(web(use).tls_verify, use, true);
  assign(web(use).tls_days_left, use);
}

constexpr Keyword kHttp[] = {
    old("retry", ErrorClass::general_error, {"nb_get_retry", integer("COUNT", 0, kMax32), "", "Old spelling of retry.", nb_get_retry}),
    gentle({"virtualhost", word("NAME"), "that of the server", "Host that is asked for.", http<&HttpSettings::virtualhost>}),
    gentle({"http_protocol", choice("1.0|1.1|1.0C|1.0c"), "1.0", "Version of HTTP; 1.1 and 1.0C ask to close the connection.",
            http_protocol}),
    {"enable_sni", boolean(), "off", "Sends the host as the name of the TLS server.", http<&HttpSettings::enable_sni>},
    since("post-2.4.3", {"sni_name", optional(word("NAME")), "virtualhost", "Name of the TLS server.", sni_name}),
    {"fast_recovery", boolean(), "off", "While down, goes on to the next url at once.", http<&HttpSettings::fast_recovery>},
    {"url", block(), "required", "One page; may be repeated.", url},
    ours({"http_method", choice("GET|HEAD|OPTIONS|POST"), "GET", "Method of the request; POST sends no body.", http_method}),
    ours({"http_header", words(1), "none", "A further header of the request, \"Name: value\"; may be repeated.", http_header}),
};
constexpr Keyword kTls[] = {
    since("2.2.8", {"tls_compliant", boolean(), "off", "Ends TLS in order.", http<&HttpSettings::tls_compliant>}),
    ours({"tls_verify", boolean(), "off", "The certificate must be good, and for the name that is asked for.", http<&HttpSettings::tls_verify>}),
    ours({"tls_verify_name", word("NAME"), "sni_name, virtualhost, address", "Name that the certificate must be for; implies tls_verify.",
          tls_verify_name}),
    ours({"tls_days_left", integer("DAYS", 0, kDaysLeftMax), "0", "The certificate must be valid for so many days yet; implies tls_verify.",
          tls_days_left}),
};
constexpr Keyword kUrlTls[] = {
    since("2.2.8", {"tls_compliant", boolean(), "off", "Ends TLS in order.", into<&UrlSettings::tls_compliant>}),
};

constexpr Keyword kUrl[] = {
    {"path", word("PATH"), "required", "What is asked for.", into<&UrlSettings::path>},
    once({"digest", word("MD5"), "none", "Digest that the page must have.", digest}),
    {"status_code", words(0), "200-299", "Status codes, and ranges of them, that are a success.", status_code},
    gentle({"virtualhost", word("NAME"), "that of the check", "Host that is asked for.", into<&UrlSettings::virtualhost>}),
    {"regex", expression(), "none", "Regular expression that the page must match.", regex},
    {"regex_no_match", nothing(), "off", "The page must not match it.", into<&UrlSettings::regex_no_match>},
    {"regex_options", lenient(options()), "none", "Options of the regular expression, those of PCRE2.", regex_options},
    {"regex_min_offset", optional(integer("BYTES", 0, kMax32)), "0", "Where a match may start at the earliest.",
     into<&UrlSettings::regex_min_offset>},
    {"regex_max_offset", optional(integer("BYTES", 0, kMax32)), "none", "Where it may start at the latest.",
     into<&UrlSettings::regex_max_offset>},
    {"regex_stack", optional(integer("START", 0, kMax32)) + optional(integer("MAX", 0, kMax32)), "by the library",
     "MAX limits the memory of the matching; there is no machine stack and START means nothing.", regex_stack},
};
constexpr Keyword kRegexOptions[] = {
    {"allow_empty_class", nothing(), "off", "[] is an empty class.", option<PCRE2_ALLOW_EMPTY_CLASS>},
    {"alt_bsux", nothing(), "off", "\\u, \\U and \\x as in ECMAScript.", option<PCRE2_ALT_BSUX>},
    {"auto_callout", nothing(), "off", "Callouts before every item.", option<PCRE2_AUTO_CALLOUT>},
    {"caseless", nothing(), "off", "Upper and lower case are equal.", option<PCRE2_CASELESS>},
    {"dollar_endonly", nothing(), "off", "$ is the very end only.", option<PCRE2_DOLLAR_ENDONLY>},
    {"dotall", nothing(), "off", "A dot is any character, newline too.", option<PCRE2_DOTALL>},
    {"dupnames", nothing(), "off", "Groups may have the same name.", option<PCRE2_DUPNAMES>},
    {"extended", nothing(), "off", "White space and comments are allowed.", option<PCRE2_EXTENDED>},
    {"firstline", nothing(), "off", "A match starts in the first line.", option<PCRE2_FIRSTLINE>},
    {"match_unset_backref", nothing(), "off", "A reference to an unset group matches nothing.", option<PCRE2_MATCH_UNSET_BACKREF>},
    {"multiline", nothing(), "off", "^ and $ are ends of lines.", option<PCRE2_MULTILINE>},
    {"never_ucp", nothing(), "off", "Forbids ucp in the expression.", option<PCRE2_NEVER_UCP>},
    {"never_utf", nothing(), "off", "Forbids utf in the expression.", option<PCRE2_NEVER_UTF>},
    {"no_auto_capture", nothing(), "off", "Plain groups do not capture.", option<PCRE2_NO_AUTO_CAPTURE>},
    {"no_auto_possess", nothing(), "off", "No automatic possessive quantifiers.", option<PCRE2_NO_AUTO_POSSESS>},
    {"no_dotstar_anchor", nothing(), "off", "A leading .* is no anchor.", option<PCRE2_NO_DOTSTAR_ANCHOR>},
    {"no_start_optimize", nothing(), "off", "No short cuts at the start.", option<PCRE2_NO_START_OPTIMIZE>},
    {"ucp", nothing(), "off", "Classes follow Unicode.", option<PCRE2_UCP>},
    {"ungreedy", nothing(), "off", "Quantifiers take little.", option<PCRE2_UNGREEDY>},
    {"utf", nothing(), "off", "Expression and page are UTF-8.", option<PCRE2_UTF>},
    {"never_backslash_c", nothing(), "off", "Forbids \\C.", option<PCRE2_NEVER_BACKSLASH_C>},
    {"alt_circumflex", nothing(), "off", "^ matches after a final newline too.", option<PCRE2_ALT_CIRCUMFLEX>},
    {"alt_verbnames", nothing(), "off", "Escapes in names of verbs.", option<PCRE2_ALT_VERBNAMES>},
    {"use_offset_limit", nothing(), "off", "Allows a limit of the offset.", option<PCRE2_USE_OFFSET_LIMIT>},
};

constexpr Table kTables[] = {
    {"virtual_server>real_server>HTTP_GET", kHttp},
    {"virtual_server>real_server>HTTP_GET>url", kUrl},
    {"virtual_server>real_server>HTTP_GET>url>regex_options", kRegexOptions},
    {"virtual_server>real_server>SSL_GET", kHttp},
    {"virtual_server>real_server>SSL_GET", kTls},
    {"virtual_server>real_server>SSL_GET>url", kUrl},
    {"virtual_server>real_server>SSL_GET>url", kUrlTls},
    {"virtual_server>real_server>SSL_GET>url>regex_options", kRegexOptions},
};

}  // namespace

std::span<const Table> web_tables() { return kTables; }

}  // namespace holdfast::model
