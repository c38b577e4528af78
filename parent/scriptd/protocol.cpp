// The codec of protocol.h. A message is: version, kind, then the fields of its struct in order; numbers have 8 octets, strings a length of 4.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/protocol.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>

namespace holdfast::scriptd {

namespace {

// Upper half: answers. Never reused.
enum class MessageKind : std::uint16_t {
  kBeginTable = 1, kRow = 2, kCommitTable = 3, kRun = 4, kCancel = 5, kKillAll = 6, kOpenFifo = 7,
  kWatchFile = 8, kForgetFile = 9,
  kRowChecked = 0x8001, kTableReady = 0x8002, kFinished = 0x8003, kFifoOpened = 0x8004, kFileRead = 0x8005,
};

class Writer {
 public:
  explicit Writer(MessageKind kind) {
    raw(kProtocolVersion);
    raw(static_cast<std::uint16_t>(kind));
  }
  Writer& number(std::uint64_t value) {
    raw(value);
    return *this;
  }
  Writer& text(std::string_view value) {
    raw(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
    return *this;
  }
  Writer& texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const std::string& value : values) text(value);
    return *this;
  }
  std::string done() { return std::move(bytes_); }

 private:
  template <class T>
  void raw(T value) {
    char octets[sizeof value];
    std::memcpy(octets, &value, sizeof value);
    bytes_.append(octets, sizeof octets);
  }
  std::string bytes_;
};

// After the first failure everything reads as zero and done() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T = std::uint64_t>
  T number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    const auto value = raw<std::uint64_t>();
    if (value > most) good_ = false;
    return good_ ? static_cast<T>(value) : T{};
  }
  bool flag() { return number(1) != 0; }
  template <class T>
  T raw() {
    T value{};
    if (!good_ || rest_.size() < sizeof value) {
      good_ = false;
      return {};
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto length = raw<std::uint32_t>();
    if (!good_ || length > rest_.size() || rest_.substr(0, length).find('\0') != std::string_view::npos) {
      good_ = false;
      return {};
    }
    std::string value(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values(number<std::size_t>(kArgumentsMax));
    for (std::string& value : values) value = text();
    return values;
  }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

Error malformed(std::size_t size) { return Error{"script message of " + std::to_string(size) + " octets is malformed", EPROTO}; }

struct Encode {
  std::string operator()(const BeginTable& m) const { return Writer(MessageKind::kBeginTable).number(m.generation).number(m.security ? 1 : 0).done(); }
  std::string operator()(const ScriptRow& m) const {
    const auto timeout = static_cast<std::uint64_t>(m.timeout.count());
    return Writer(MessageKind::kRow).number(m.id.value).number(timeout).text(m.user).text(m.group).texts(m.argv).done();
  }
  std::string operator()(const CommitTable& m) const { return Writer(MessageKind::kCommitTable).number(m.generation).number(m.rows).done(); }
  std::string operator()(const Run& m) const { return Writer(MessageKind::kRun).number(m.run).number(m.script.value).texts(m.arguments).done(); }
  std::string operator()(const Cancel& m) const { return Writer(MessageKind::kCancel).number(m.run).done(); }
  std::string operator()(const KillAll&) const { return Writer(MessageKind::kKillAll).done(); }
  std::string operator()(const OpenFifo& m) const {
    return Writer(MessageKind::kOpenFifo).number(m.cookie).text(m.path).text(m.user).text(m.group).done();
  }
  std::string operator()(const WatchFile& m) const {
    const auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(m.file.value));
    Writer writer(MessageKind::kWatchFile);
    writer.number(m.file.id.value).number(m.file.create ? 1 : 0).number(m.file.overwrite ? 1 : 0).number(value);
    return writer.text(m.file.name).text(m.file.path).done();
  }
  std::string operator()(const ForgetFile& m) const { return Writer(MessageKind::kForgetFile).number(m.id.value).done(); }
  std::string operator()(const FileRead& m) const {
    return Writer(MessageKind::kFileRead).number(m.id.value).number(static_cast<std::uint64_t>(m.value)).done();
  }
  std::string operator()(const RowChecked& m) const {
    return Writer(MessageKind::kRowChecked).number(m.script.value).number(m.refused ? 1 : 0).text(m.reason).done();
  }
  std::string operator()(const TableReady& m) const { return Writer(MessageKind::kTableReady).number(m.generation).done(); }
  std::string operator()(const Finished& m) const {
    const auto status = static_cast<std::uint64_t>(m.outcome.status);
    return Writer(MessageKind::kFinished).number(m.run).number(static_cast<std::uint64_t>(m.outcome.kind)).number(status).done();
  }
  std::string operator()(const FifoOpened& m) const {
    return Writer(MessageKind::kFifoOpened).number(m.cookie).number(static_cast<std::uint64_t>(m.error)).number(m.created ? 1 : 0).done();
  }
};

constexpr std::uint64_t kTimeoutMax = std::uint64_t{1} << 52;  // microseconds: a century
constexpr std::uint64_t kStatusMax = 0xffff;

ScriptRow read_row(Reader& reader) {
  ScriptRow row;
  row.id = ScriptId{reader.number()};
  row.timeout = Duration(reader.number<std::int64_t>(kTimeoutMax));
  row.user = reader.text();
  row.group = reader.text();
  row.argv = reader.texts();
  return row;
}

WatchedFile read_file(Reader& reader) {
  WatchedFile file;
  file.id = TrackerId{reader.number()};
  file.create = reader.flag();
  file.overwrite = reader.flag();
  file.value = static_cast<int>(static_cast<std::int64_t>(reader.number()));
  file.name = reader.text();
  file.path = reader.text();
  return file;
}

}  // namespace

std::string encode(const ToScriptd& message) { return std::visit(Encode{}, message); }
std::string encode(const FromScriptd& message) { return std::visit(Encode{}, message); }

Result<ToScriptd> decode_to_scriptd(std::string_view bytes) {
  Reader reader(bytes);
  const bool known = reader.raw<std::uint16_t>() == kProtocolVersion && bytes.size() <= kMessageMax;
  ToScriptd message = KillAll{};
  switch (static_cast<MessageKind>(reader.raw<std::uint16_t>())) {
    case MessageKind::kBeginTable: {
      const auto generation = reader.number();
      message = BeginTable{generation, reader.flag()};
      break;
    }
    case MessageKind::kRow: {
      ScriptRow row = read_row(reader);
      if (!row.id || row.argv.empty() || row.argv.front().empty()) return malformed(bytes.size());
      message = std::move(row);
      break;
    }
    case MessageKind::kCommitTable: {
      const auto generation = reader.number();
      message = CommitTable{generation, reader.number(kRowsMax)};
      break;
    }
    case MessageKind::kRun: {
      const auto run = reader.number();
      const ScriptId script{reader.number()};
      message = Run{run, script, reader.texts()};
      break;
    }
    case MessageKind::kCancel: message = Cancel{reader.number()}; break;
    case MessageKind::kKillAll: break;
    case MessageKind::kOpenFifo: {
      OpenFifo fifo{reader.number(), reader.text(), {}, {}};
      fifo.user = reader.text();
      fifo.group = reader.text();
      if (!fifo.path.starts_with('/')) return malformed(bytes.size());
      message = std::move(fifo);
      break;
    }
    case MessageKind::kWatchFile: {
      WatchedFile file = read_file(reader);
      if (!file.id || !file.path.starts_with('/')) return malformed(bytes.size());
      message = WatchFile{std::move(file)};
      break;
    }
    case MessageKind::kForgetFile: message = ForgetFile{TrackerId{reader.number()}}; break;
    default: return malformed(bytes.size());
  }
  if (!known || !reader.done()) return malformed(bytes.size());
  return message;
}

Result<FromScriptd> decode_from_scriptd(std::string_view bytes) {
  Reader reader(bytes);
  const bool known = reader.raw<std::uint16_t>() == kProtocolVersion && bytes.size() <= kMessageMax;
  FromScriptd message = TableReady{};
  switch (static_cast<MessageKind>(reader.raw<std::uint16_t>())) {
    case MessageKind::kRowChecked: {
      const ScriptId script{reader.number()};
      const bool refused = reader.flag();
      message = RowChecked{script, refused, reader.text()};
      break;
    }
    case MessageKind::kTableReady: message = TableReady{reader.number()}; break;
    case MessageKind::kFinished: {
      const auto run = reader.number();
      const auto kind = reader.number<ScriptOutcome::Kind>(static_cast<std::uint64_t>(ScriptOutcome::Kind::kNotRun));
      message = Finished{run, {kind, reader.number<int>(kStatusMax)}};
      break;
    }
    case MessageKind::kFifoOpened: {
      const auto cookie = reader.number();
      const auto error = reader.number<std::int32_t>(kStatusMax);
      message = FifoOpened{cookie, error, reader.flag()};
      break;
    }
    case MessageKind::kFileRead: {
      const TrackerId id{reader.number()};
      message = FileRead{id, static_cast<std::int64_t>(reader.number())};
      break;
    }
    default: return malformed(bytes.size());
  }
  if (!known || !reader.done()) return malformed(bytes.size());
  return message;
}

}  // namespace holdfast::scriptd
