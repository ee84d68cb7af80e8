#include "workloads/cdi_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::workloads {
namespace {

// The parser calls itself for each level, and on the stack there is room for so many.
constexpr size_t kDeepest = 16;
constexpr std::string_view kVisibleDevices = "NVIDIA_VISIBLE_DEVICES=";
constexpr std::string_view kDevice = "/devices/[]";
constexpr std::string_view kEdits = "/containerEdits";
constexpr std::string_view kNode = "/deviceNodes/[]";

// Where text of edits belongs, by its place in them.
struct TextRow {
  std::string_view place;
  void (*take)(CdiEdits& edits, const std::string& text);
};
constexpr TextRow kTexts[] = {
    {"/deviceNodes/[]/path", [](auto& to, auto& text) { to.device_nodes.back().path = text; }},
    {"/deviceNodes/[]/hostPath",
     [](auto& to, auto& text) { to.device_nodes.back().host_path = text; }},
    {"/deviceNodes/[]/major", [](auto& to, auto& text) { to.device_nodes.back().major = text; }},
    {"/deviceNodes/[]/minor", [](auto& to, auto& text) { to.device_nodes.back().minor = text; }},
    {"/env/[]",
     [](auto& to, auto& text) {
       if (!text.starts_with(kVisibleDevices)) return;
       to.visible_devices = text.substr(kVisibleDevices.size());
     }},
};

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Fills a document from the parser's events. A place is the keys that lead to it,
// with [] for an element: "/devices/[]/name".
class Reader final : public YAML::EventHandler {
 public:
  CdiDocument TakeDocument() { return std::move(document_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    if (IsKey()) return BeginValue(mark, value);
    TakeText(Place(), value);
    EndValue();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    IsKey() ? BeginValue(mark, "null") : EndValue();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "an alias is not read: write out what it stands for");
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Enter(mark, true);
    Begin(places_.back());
  }
  void OnMapEnd() override { Leave(); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Enter(mark, false);
  }
  void OnSequenceEnd() override { Leave(); }

 private:
  struct Level {
    bool is_map = false;
    bool has_key = false;  // the value of `key` comes next
    std::string key;
    std::set<std::string> keys;  // all so far
  };

  bool IsKey() const {
    return !levels_.empty() && levels_.back().is_map && !levels_.back().has_key;
  }

  void BeginValue(const YAML::Mark& mark, const std::string& key) {
    Level& map = levels_.back();
    if (!map.keys.insert(key).second) {
      throw YAML::ParserException(mark, base::StrCat(base::QuotedStart(key), " is there twice"));
    }
    map.key = key;
    map.has_key = true;
  }
  void EndValue() {
    if (!levels_.empty()) levels_.back().has_key = false;
  }

  // Of the value that begins now.
  std::string Place() const {
    if (levels_.empty()) return "";
    const Level& in = levels_.back();
    // A key with a slash is no place's.
    const bool plain = in.key.find('/') == std::string::npos;
    return base::StrCat(places_.back(), "/", !in.is_map ? "[]" : plain ? in.key : "?");
  }

  void Enter(const YAML::Mark& mark, bool is_map) {
    if (IsKey()) throw YAML::ParserException(mark, "a key is a list or a mapping, not a word");
    if (levels_.size() == kDeepest) {
      throw YAML::ParserException(
          mark, base::StrCat("nested deeper than the ", kDeepest, " levels that are read"));
    }
    places_.push_back(Place());
    levels_.emplace_back().is_map = is_map;
  }
  void Leave() {
    levels_.pop_back();
    places_.pop_back();
    EndValue();
  }

  // The edits that `place` is in, which becomes the place in them; nullptr: none.
  CdiEdits* EditsAt(std::string_view& place) {
    CdiEdits* edits = &document_.edits;
    if (TakePrefix(place, kDevice)) {
      if (document_.devices.empty()) return nullptr;  // an element that is no mapping
      edits = &document_.devices.back().edits;
    }
    return TakePrefix(place, kEdits) ? edits : nullptr;
  }

  void Begin(std::string_view place) {
    if (place == kDevice) document_.devices.emplace_back();
    if (CdiEdits* const edits = EditsAt(place); edits != nullptr && place == kNode) {
      edits->device_nodes.emplace_back();
    }
  }

  void TakeText(std::string_view place, const std::string& text) {
    if (place == "/cdiVersion") document_.version = text;
    if (place == "/kind") document_.kind = text;
    if (place == "/devices/[]/name") document_.devices.back().name = text;
    CdiEdits* const edits = EditsAt(place);
    if (edits == nullptr) return;
    for (const TextRow& row : kTexts) {
      if (row.place == place) row.take(*edits, text);
    }
  }

  std::vector<Level> levels_;
  std::vector<std::string> places_;  // of each level
  CdiDocument document_;
};

}  // namespace

absl::StatusOr<CdiDocument> ReadCdiDocument(const std::string& text) {
  std::istringstream stream(text);
  Reader reader;
  // yaml-cpp throws; nothing of it leaves this function.
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(reader)) {
      return absl::InvalidArgumentError("it holds nothing");
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        base::StrCat("line ", std::max(error.mark.line, 0) + 1, ": ", error.msg));
  }
  return reader.TakeDocument();
}

}  // namespace gpuscaler::workloads
